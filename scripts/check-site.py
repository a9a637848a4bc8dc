#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at pages in headless Chromium as a phone and a desk see them, light and dark.

usage: check-site.py [--screenshots DIR] [--limit N] DIRECTORY|FILE...

A directory stands for its index.html and what that leads to, page by page, at most N of them (40). Fails on anything a
page says on the console, on requests that fail or leave the machine, on pages wider than the screen, on links to files
that are not there, and on text that is hard to read on its background.
"""
import argparse, base64, json, os, pathlib, shutil, subprocess, sys, tempfile, urllib.parse

BROWSERS = ("chromium-headless-shell", "/usr/lib/chromium/headless_shell", "chromium", "chromium-browser")
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
# WCAG AA for text of this size.
CONTRAST = 4.5

FACTS = """(() => {
    const lightness = c => {
        const f = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2];
    };
    const parse = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    const back = element => {
        for (let e = element; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length < 4 || c[3] === 1) return c.slice(0, 3);
        }
        return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && faint.length < 5) {
        const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
        if (!text || !element.checkVisibility()) continue;
        const a = lightness(parse(getComputedStyle(element).color)), b = lightness(back(element));
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < CONTRAST) faint.push(`'${text.slice(0, 40)}' ${ratio.toFixed(1)}`);
    }
    const root = document.documentElement;
    const wide = [];
    if (root.scrollWidth > root.clientWidth)
        for (const e of document.body.querySelectorAll('*')) {
            let inside = false;
            for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
                if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX)) { inside = true; break; }
            if (!inside && e.getBoundingClientRect().right > root.clientWidth + 1)
                wide.push(e.tagName.toLowerCase() + (e.className ? '.' + e.className : ''));
        }
    // Cut off is no better than too wide.
    const hidden = [root, document.body].some(e => getComputedStyle(e).overflowX !== 'visible');
    return {width: root.scrollWidth, screen: root.clientWidth, wide: wide.slice(0, 5), faint, hidden,
            text: document.body.innerText.trim().length,
            links: [...document.querySelectorAll('a[href]')].map(a => a.href)};
})()"""


class Browser:
    """Chromium, told what to do through a pair of pipes."""

    def __init__(self):
        program = next((path for path in map(shutil.which, BROWSERS) if path), None)
        if program is None:
            sys.exit("kcovlab: no Chromium here: apt-get install chromium-headless-shell")
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def adopt():
            # Numbers that dup2 does not overwrite before they are used.
            reading, writing = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", "--disable-dev-shm-usage", "--user-data-dir=" + self.profile()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=adopt)
        os.close(theirs_in)
        os.close(theirs_out)
        self.reading, self.writing = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self.number = 0
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def profile(self):
        self.directory = tempfile.mkdtemp(prefix="kcovlab-chromium-")
        return self.directory

    def message(self):
        data = bytearray()
        while True:
            byte = self.reading.read(1)
            if not byte:
                sys.exit("kcovlab: Chromium went away")
            if byte == b"\0":
                return json.loads(data)
            data += byte

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            request["sessionId"] = self.session
        self.writing.write(json.dumps(request).encode() + b"\0")
        self.writing.flush()
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"kcovlab: Chromium refused {method}: {message['error'].get('message')}")
                return message["result"]
            self.events.append(message)

    def open(self, address, width, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.call("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())
        facts = self.call("Runtime.evaluate", returnByValue=True,
                          expression=FACTS.replace("CONTRAST", str(CONTRAST)))
        return facts["result"]["value"], self.complaints(address)

    def complaints(self, address):
        """What the page said on the console, and what it asked for in vain or from elsewhere."""
        found = []
        for event in self.events:
            method, values = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                details = values["exceptionDetails"]
                found.append("error: " + details.get("exception", {}).get("description", details["text"]))
            elif method == "Runtime.consoleAPICalled":
                found.append("console: " + " ".join(str(a.get("value", "")) for a in values["args"]))
            elif method == "Log.entryAdded":
                found.append("log: " + values["entry"]["text"])
            elif method == "Network.loadingFailed":
                found.append("request failed: " + values.get("errorText", ""))
            elif method == "Network.requestWillBeSent":
                asked = values["request"]["url"]
                if not asked.startswith(("file:", "data:")):
                    found.append("asks the network: " + asked)
        return found

    def screenshot(self, file):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4000), "scale": 1}
        image = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(image["data"]))

    def close(self):
        self.writing.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def check(facts, address):
    problems = []
    if facts["width"] > facts["screen"]:
        wide = ", ".join(facts["wide"])
        problems.append(f"is {facts['width']} wide on a screen of {facts['screen']}: {wide}")
    if facts["hidden"]:
        problems.append("hides what is too wide for the screen")
    if not facts["text"]:
        problems.append("shows nothing")
    problems += ["hard to read: " + text for text in facts["faint"]]
    for link in facts["links"]:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme != "file":
            problems.append("leads elsewhere: " + link)
        elif not os.path.exists(urllib.parse.unquote(parts.path)):
            problems.append("leads to nothing: " + link)
    return problems


def pages_of(links):
    paths = (urllib.parse.unquote(urllib.parse.urlsplit(link).path) for link in links)
    return [pathlib.Path(path) for path in paths if path.endswith(".html") and os.path.exists(path)]


def kind(path):
    """Pages of one kind look alike; all kinds come before the second page of any."""
    if "source" in path.parts:
        return "list" if path.name == "index.html" else "source"
    return "run" if path.name == "index.html" else "failure"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("places", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    waiting = []
    for place in options.places:
        page = (place / "index.html" if place.is_dir() else place).resolve()
        if not page.is_file():
            sys.exit(f"kcovlab: {page} is not there")
        waiting.append(page)
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    seen, failures, kinds = [], 0, {}
    try:
        while waiting and len(seen) < options.limit:
            waiting.sort(key=lambda path: kinds.get(kind(path), 0))
            page = waiting.pop(0)
            seen.append(page)
            kinds[kind(page)] = kinds.get(kind(page), 0) + 1
            for width in WIDTHS:
                for scheme in SCHEMES:
                    facts, problems = browser.open(page.as_uri(), width, scheme)
                    for problem in dict.fromkeys(problems + check(facts, page)):
                        print(f"{page} ({width}, {scheme}): {problem}", file=sys.stderr)
                        failures += 1
                    if options.screenshots:
                        name = f"{len(seen):02}-{kind(page)}-{page.stem}-{width}-{scheme}.png"
                        browser.screenshot(options.screenshots / name)
            waiting += [path for path in dict.fromkeys(pages_of(facts["links"]))
                        if path not in seen and path not in waiting]
    finally:
        browser.close()
    print(f"{len(seen)} pages in {len(WIDTHS) * len(SCHEMES)} forms: {failures} problems")
    sys.exit(1 if failures else 0)


main()
