package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.protocol.ModeEdit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModeEditsTest {
    private static final int UMASK = 027;

    private static List<ModeEdit> edits(String... typed) throws UsageError {
        return ModeEdits.parse(
                new Judge("push"), Stream.of(typed).map(Argument::of).toList(), () -> UMASK);
    }

    private static int apply(List<ModeEdit> edits, int mode, boolean isDirectory) {
        return ModeEdit.apply(edits, mode, isDirectory);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                // typed, mode before, of a file after, of a directory after
                "755 4600 755 755",
                "0640 777 640 640",
                "7777 0 7777 7777",
                "D755,F644 777 644 755",
                "D700 777 777 700",
                "u=rwX,go-w 666 644 744",
                "u=rwX,go-w 677 755 755",
                "a+X 644 644 755",
                "a+X 744 755 755",
                "a-X 777 666 666",
                "+t 755 1755 1755",
                "+x 644 754 754",
                "+w 444 644 644",
                "-w 666 466 466",
                "=rx 777 550 550",
                "a=rx 777 555 555",
                "ug+s 755 6755 6755",
                "+s 755 4755 4755",
                "+ts 755 4755 4755",
                "+st 755 5755 5755",
                "a+s 755 6755 6755",
                "a=s 755 6000 6000",
                "=s 6755 6000 6000",
                "u-s 6755 2755 2755",
                "u=s 4755 4055 4055",
                "g=rwxs 755 2775 2775",
                "u= 755 55 55",
                "u+ 755 755 755",
                "Fo-rwx 777 770 777",
                "uF+x 600 700 600",
                "a-x,a+X 755 755 755",
                "a+x,g+X,o-x 644 754 754"
            })
    void readsAsRsyncDoes(String typed, String mode, String file, String directory) throws UsageError {
        List<ModeEdit> edits = edits(typed);

        assertEquals(file, Integer.toOctalString(apply(edits, Integer.parseInt(mode, 8), false)), "a file");
        assertEquals(directory, Integer.toOctalString(apply(edits, Integer.parseInt(mode, 8), true)), "a directory");
    }

    @Test
    void clausesComeOneAfterTheOtherWhetherWithCommasOrTypedAgain() throws UsageError {
        assertEquals(edits("u+w,Fgo=", "D+t"), edits("u+w", "Fgo=,D+t"));
        assertEquals(3, edits("u+w,Fgo=", "D+t").size());
        assertEquals(List.of(), edits());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "u|a clause without + - = or a number",
                "u+r,|a clause without + - = or a number",
                ",u+r|a clause without + - = or a number",
                "DF755|D and F in one clause apply to nothing",
                "u755|no '7' here, only + - = or a number",
                "8|no '8' here, only + - = or a number",
                "75x|not an octal number",
                "758|not an octal number",
                "77777|a mode goes up to 7777",
                "77777777777777777777|a mode goes up to 7777",
                "u+r-w|no '-' here, only r w x X s t",
                "u+z|no 'z' here, only r w x X s t",
                "z+r|no 'z' here, only + - = or a number",
                "u=g|no 'g' here, only r w x X s t"
            })
    void whatRsyncRefusesIsRefused(String typed, String why) {
        UsageError error = assertThrows(UsageError.class, () -> edits(typed));

        assertEquals("push --chmod " + typed + ": " + why, error.getMessage());
    }

    @Test
    void moreClausesThanTheProtocolCarriesAreRefused() throws UsageError {
        assertEquals(32, edits("u+r,".repeat(31) + "u+r").size());
        UsageError error = assertThrows(UsageError.class, () -> edits("u+r,".repeat(31) + "u+r", "g+r"));
        assertEquals("push --chmod g+r: more than 32 clauses in all", error.getMessage());
    }

    @Test
    void theUmaskIsThisProcesss() throws Exception {
        String umask = Rsync.script(Path.of("."), "umask").getFirst();

        assertEquals(Integer.parseInt(umask, 8), ModeEdits.processUmask());
    }

    /** Random clauses, each applied by rsync to files and directories of random modes. */
    @Test
    void agreesWithRsync(@TempDir Path folder) throws Exception {
        Rsync.assumeThere();
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 120; round++) {
            String typed = clauses(random);
            List<Integer> modes = new ArrayList<>();
            StringBuilder make = new StringBuilder("umask 027; rm -rf s t; mkdir s; cd s; ");
            for (int i = 0; i < 6; i++) {
                int mode = random.nextInt(010000) | 0400;
                modes.add(mode);
                make.append(i % 2 == 0 ? "touch " : "mkdir ").append(i).append("; chmod ");
                make.append(String.format("%04o ", mode)).append(i).append("; ");
            }
            make.append("cd ..; rsync -rlptgoD --chmod='")
                    .append(typed)
                    .append("' s/ t/; cd t; stat -c '%a' 0 1 2 3 4 5");
            List<String> made = Rsync.script(folder, make.toString());

            List<ModeEdit> edits = edits(typed);
            for (int i = 0; i < modes.size(); i++) {
                String expected = Integer.toOctalString(apply(edits, modes.get(i), i % 2 == 1));
                assertEquals(made.get(i), expected, "--chmod=" + typed + " of " + Integer.toOctalString(modes.get(i)));
            }
        }
    }

    /** One to three; owners keep reading, so that nobody needs to be root. */
    private static String clauses(Random random) {
        List<String> clauses = new ArrayList<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            String kind = List.of("", "", "D", "F").get(random.nextInt(4));
            if (random.nextInt(6) == 0) {
                clauses.add(kind + Integer.toOctalString(0700 | random.nextInt(010000)));
                continue;
            }
            String who = some(random, "ugoa", 3);
            String operator = List.of("+", "-", "=").get(random.nextInt(3));
            String what = some(random, "rwxXst", 4);
            clauses.add(kind + who + operator + what);
        }
        clauses.add("u+rwx");
        return String.join(",", clauses);
    }

    private static String some(Random random, String of, int atMost) {
        StringBuilder some = new StringBuilder();
        for (int count = random.nextInt(atMost + 1); count > 0; count--) {
            some.append(of.charAt(random.nextInt(of.length())));
        }
        return some.toString();
    }
}
