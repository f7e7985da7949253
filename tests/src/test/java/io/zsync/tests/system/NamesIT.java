package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names are bytes: any name the kernel takes replicates as it is, in any locale, from cron too. */
class NamesIT {
    /** Files; {@code $(printf)} would eat a newline at the end. */
    private static final String STRANGE = """
            mkdir "$1"; cd "$1"
            for name in $'\\xff\\xfe' $'cut \\xc3' $'\\xed\\xa0\\x80 surrogate' $'new\\nline' $'newline at the end\\n' \\
                -dash --delete -- ' blank at both ends ' ' ' $'\\t' '"quoted"' "'single'" '"' "'" 'back\\slash' '\\' \\
                '*' '?' '[a]' '$HOME' '`id`' '~' '#' '@file' 'a=b' 'a,b' 'a:b' '...' '.hidden' größe e$'\\u0301' \\
                $'\\e[31mred' $'\\u202etxt' $'\\x7f' $'\\x01' "$(printf %0255d 7)" \\
                "$(printf 'ü%.0s' {1..127})x" $'\\xff'"$(printf %0254d 7)"
            do
                printf %s "$name" >"./$name"
                mkdir "./d$name" 2>/dev/null || continue
                printf x >"./d$name/$name"
                ln -s -- "$name" "./d$name/to$name" 2>/dev/null || ln -s -- "$name" "./d$name/l"
            done
            # Two hundred directories deep.
            for ((d = 0; d < 200; d++)); do mkdir dp; cd dp; done
            echo deep >bottom
            """;

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void makeStrangeNames() {
        source = work.path("source");
        target = work.path("target");
        work.make(STRANGE, source);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C.UTF-8", "POSIX"})
    void everyNameReplicatesByteForByteInAnyLocale(String locale) {
        Outcome outcome =
                Checkout.push(source, target, "-v").with("LC_ALL", locale).run().exits(0);

        Trees.assertMirrors(source, target);
        long entries = Trees.count(source);
        assertTrue(entries > 300, () -> "only " + entries + " entries");
        assertEquals(entries, outcome.outLines().size() - (outcome.outLines().contains("./") ? 1 : 0), "one line each");
        assertTrue(
                outcome.out()
                        .chars()
                        .allMatch(c -> c == '\n' || (c >= 0x20 && c != 0x7f && c != 0x202e && c != 0xfffd)),
                () -> "names are escaped: " + outcome.out());
        assertUnchanged(
                Checkout.push(source, target, "-v").with("LC_ALL", locale).run());
    }

    /** What is told of names, and what is removed, kept or linked by name, in the locale that cron has too. */
    @ParameterizedTest
    @ValueSource(strings = {"C.UTF-8", "POSIX"})
    void everyNameIsLinkedBackedUpAndDeletedInAnyLocale(String locale) {
        work.make("""
                mkdir target links; cd source
                # Each file gets a second name and is replaced; each directory is gone from the source.
                find . -maxdepth 1 -type f -exec cp -a -t ../target -- {} +
                find . -maxdepth 1 -type f -exec cp -al -t ../links -- {} +
                find . -maxdepth 1 -type f -execdir sh -c 'for f; do echo changed >>"$f"; done' sh {} +
                mv ../links .
                find . -maxdepth 1 -name 'd*' -exec mv -t ../target -- {} +""");
        String files = Long.toString(Trees.count(source, "-maxdepth", "1", "-type", "f"));
        long all = Trees.count(target);
        work.make("rm -rf before; cp -a target before");
        String[] options = {"-i", "-H", "--delete", "--max-delete", "100%", "--backup-dir", "old"};

        String dry = push(locale, "-n", options).exits(0).out();
        Outcome outcome = push(locale, "-v", options).exits(0);

        assertEquals(dry, outcome.out());
        work.make("mv target/old .; touch -r source target");
        Trees.assertMirrors(source, target);
        Listing.assertSame(source, target);
        assertEquals(all, Trees.count(work.path("old")), "replaced or removed, and kept");
        work.make("diff -r --no-dereference old before");
        assertTrue(Integer.parseInt(files) > 30, files);
        assertTrue(
                outcome.out()
                        .chars()
                        .allMatch(c -> c == '\n' || (c >= 0x20 && c != 0x7f && c != 0x202e && c != 0xfffd)),
                () -> "names are escaped: " + outcome.out());
    }

    private Outcome push(String locale, String first, String... options) {
        String[] all = new String[options.length + 1];
        all[0] = first;
        System.arraycopy(options, 0, all, 1, options.length);
        return Checkout.push(source, target, all).with("LC_ALL", locale).run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C.UTF-8", "POSIX"})
    void everyNameIsPulledInAnyLocale(String locale) {
        Outcome outcome = Checkout.zsync("pull", "-H", "--delete", "local:" + source, target)
                .with("LC_ALL", locale)
                .run()
                .exits(0);

        assertEquals("", outcome.out());
        Trees.assertMirrors(source, target);
    }

    @Test
    void cronHasAPosixLocaleNoHomeAndLittlePath() {
        Outcome version = cron("--version");
        if (version.code() == 70 && version.err().contains("no JDK")) {
            abort("a cron job finds no JDK here: " + version.err());
        }
        version.exits(0);

        Outcome outcome = cron("push", source.toString(), "local:" + target).exits(0);

        assertEquals("", outcome.out());
        Trees.assertMirrors(source, target);
        assertUnchanged(cron("push", "-v", source.toString(), "local:" + target));
    }

    /** As an argument, where the JVM's idea of text comes in between. */
    @ParameterizedTest
    @ValueSource(strings = {"C.UTF-8", "POSIX"})
    void theOperatorsOwnDirectoriesMayHaveAnyNameToo(String locale) {
        work.make("""
                from=$' s\\xff\\n"q" ' to=$'-t\\xfe\\n '
                mv source "$from"
                LC_ALL=$1 "$2" push "$from" "local:$to" 2>err
                LC_ALL=$1 "$2" push -v -- "$PWD/$from" "local:$PWD/$to" >again 2>err
                [ ! -s again ]
                mv -- "$from" source
                mv -- "$to" target""", locale, Checkout.launcher());

        Trees.assertMirrors(source, target);
    }

    private static Outcome cron(String... words) {
        return Command.script(
                        "zsync=$1; shift; exec env -i PATH=/usr/bin:/bin ZSYNC_NO_BUILD=1 \"$zsync\" \"$@\"",
                        join(Checkout.launcher(), words))
                .run();
    }

    private static Object[] join(String first, String... rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static void assertUnchanged(Outcome again) {
        again.exits(0);
        assertEquals("", again.out(), "no change");
    }
}
