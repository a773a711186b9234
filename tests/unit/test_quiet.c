/* test_quiet.c - descriptor 2 leads nowhere while others may write to it. */
#include "test.h"

#include "io/quiet.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void test_only_our_own_messages_get_through(void **state)
{
    (void)state;
    const int kept = dup(2);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[1], 2), 2);

    say(hear_quiet_fd(), "a");
    hear_quiet_begin();
    say(2, "X");
    hear_quiet_begin();
    say(2, "X");
    say(hear_quiet_fd(), "b");
    hear_quiet_end();
    say(2, "X");
    hear_quiet_end();
    say(2, "c");
    say(hear_quiet_fd(), "d");
    hear_quiet_begin();
    hear_quiet_restore();
    say(2, "e");
    hear_quiet_end();

    dup2(kept, 2);
    close(kept);
    char got[16];
    assert_int_equal(read(ends[0], got, sizeof got), 5);
    assert_memory_equal(got, "abcde", 5);
    hear_quiet_begin(); /* takes up what descriptor 2 is now */
    hear_quiet_end();
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_our_own_messages_get_through),
    };
    return cmocka_run_group_tests_name("quiet", tests, NULL, NULL);
}
