// SPDX-License-Identifier: Apache-2.0

/// How the pages of nights look: one column, colour only where it says something, the same in the dark.
///
/// Written as text of an element, so it has neither double quotes nor angle brackets.
extension NightStyle {
    static let css = """
        :root {
            --back: #fff; --text: #1c2026; --card: #f5f7f9; --line: #d4dae1; --quiet: #59626d; --link: #0a52b5;
            --bad: #b0201a; --bad-back: #fcebe9; --warn: #8a5000; --warn-back: #fdf3e0; --good: #1b6b2e;
            --good-back: #e6f4e9;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --back: #14171a; --text: #e2e6ea; --card: #1d2126; --line: #3a414a; --quiet: #9aa4af; --link: #7ab4ff;
                --bad: #ff938a; --bad-back: #3a1e1d; --warn: #f0b45a; --warn-back: #352a17; --good: #7fd08f;
                --good-back: #1b3021;
            }
        }
        body { background: var(--back); color: var(--text); line-height: 1.5; max-width: 72em; margin: 0 auto;
            padding: 1em 1.25em 3em; overflow-wrap: anywhere; }
        h1 { font-size: 1.6em; line-height: 1.2; margin: .4em 0 .6em; } h2 { font-size: 1.15em; margin: 2em 0 .5em; }
        a { color: var(--link); text-underline-offset: 2px; } a:hover { text-decoration-thickness: 2px; }
        nav { font-size: .95em; } nav a + a::before { content: '\u{203a}'; display: inline-block; color: var(--quiet);
            padding: 0 .5em; }
        .verdict { font-size: 1.15em; font-weight: 600; border-left: 5px solid; border-radius: 4px; padding: .6em .9em; }
        .verdict.good { background: var(--good-back); } .verdict.bad { background: var(--bad-back); }
        .verdict.warn { background: var(--warn-back); font-size: 1em; }
        .news { list-style: none; margin: 0; padding: 0; }
        .news li { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6em .9em;
            margin: .5em 0; }
        .news a:first-child, .news strong:first-child { display: block; font-weight: 600; }
        .culprit { margin-top: .3em; font-weight: 600; }
        code, pre, .console, .source, .path { font-family: ui-monospace, monospace; font-size: 13px; }
        pre { white-space: pre-wrap; background: var(--card); border: 1px solid var(--line); border-radius: 6px;
            padding: .7em .9em; margin: .5em 0; }
        table { border-collapse: collapse; font-size: .93em; }
        th, td { border-bottom: 1px solid var(--line); padding: .35em .8em .35em 0; text-align: left; vertical-align: top;
            overflow-wrap: normal; }
        th { color: var(--quiet); font-weight: 500; white-space: nowrap; }
        td:first-child, th:first-child { position: sticky; left: 0; background: var(--back); }
        td.text { min-width: 16em; overflow-wrap: anywhere; } td.number { text-align: right; white-space: nowrap; }
        .path { overflow-wrap: anywhere; min-width: 11em; } progress { width: 6em; accent-color: var(--good); }
        dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2em 1.2em; margin: .8em 0; }
        dt { color: var(--quiet); } dd { margin: 0; }
        .note, .note a { color: var(--quiet); }
        .new-failure, .still-failing, .bad { color: var(--bad); } .new-failure, .bad { font-weight: 600; }
        .flaky, .infrastructure, .warn { color: var(--warn); } .fixed, .passed, .good { color: var(--good); }
        .known-issue, .not-applicable { color: var(--quiet); }
        .console { list-style: none; margin: .5em 0; padding: .7em .9em; background: var(--card);
            border: 1px solid var(--line); border-radius: 6px; max-height: 40em; overflow: auto; }
        .console li { white-space: pre-wrap; min-height: 1em; }
        .console .hit { background: var(--bad-back); box-shadow: -4px 0 var(--bad); }
        .source { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; tab-size: 8; line-height: 1.4; }
        .source div { white-space: pre; overflow-wrap: normal; min-width: max-content; padding: 0 .9em 0 .3em; }
        .source .hit, .mark.hit { background: var(--good-back); box-shadow: inset 4px 0 var(--good); }
        .source .missed, .mark.missed { background: var(--bad-back); box-shadow: inset 4px 0 var(--bad); }
        .source :target { outline: 2px solid var(--link); } .mark { padding: .1em .6em; margin-right: .4em; }
        @media (max-width: 40em) {
            body { padding: .6em .8em 2em; } dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
            dt { margin-top: .5em; } td:first-child { max-width: 10em; }
            .share progress { display: none; }
        }

        """
}
