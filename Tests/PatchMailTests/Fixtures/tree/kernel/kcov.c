// A few lines in the shape of kernel/kcov.c, written for these tests.
struct kcov {
	int refcount;
	int mode;
	unsigned int size;
	void *area;
};

static void kcov_start(struct kcov *kcov)
{
	kcov->mode = 1;
}

static void kcov_stop(struct kcov *kcov)
{
	kcov->mode = 0;
	kcov->size = 0;
	kcov->area = 0;
}

static int kcov_get(struct kcov *kcov)
{
	return ++kcov->refcount;
}

static int kcov_put(struct kcov *kcov)
{
	return --kcov->refcount;
}

static int kcov_open(struct kcov *kcov)
{
	kcov->refcount = 1;
	return 0;
}
