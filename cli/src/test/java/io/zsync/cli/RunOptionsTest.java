package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.ModeEdit;
import io.zsync.protocol.Name;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is typed about a run, as the engine gets it. */
class RunOptionsTest {
    private final Typed typed = new Typed();

    private RunOptions options(String... options) {
        List<String> words = new ArrayList<>(List.of("push", "a", "local:b"));
        words.addAll(List.of(options));
        int code = typed.run(words.toArray(String[]::new));
        assertEquals(0, code, typed.screen.err());
        return typed.engine.runs.getLast().options();
    }

    @Test
    void everyOptionOfAPushArrives() {
        RunOptions options = options(
                "-nicuxLHXAz",
                "--delete",
                "--max-delete=500",
                "--backup-dir=old/monday/",
                "--exclude=*.tmp",
                "--ignore-file=.rules",
                "--no-perms",
                "--no-times",
                "--chmod=u+w",
                "--chown=1000:0",
                "--bwlimit=1MiB",
                "--streams=3",
                "--data-path=buffered",
                "--durability=none");

        assertEquals(
                new RunOptions(
                        true,
                        true,
                        false,
                        Durability.NONE,
                        new Transfer(PathPolicy.BUFFERED, 3, true, 1 << 20),
                        new Comparison(true, true),
                        new Selection(
                                new RuleText("*.tmp\n".getBytes(StandardCharsets.UTF_8)),
                                Name.of(".rules"),
                                true,
                                LinkPolicy.FOLLOW),
                        new Preservation(
                                true,
                                false,
                                false,
                                true,
                                true,
                                true,
                                1000,
                                0,
                                List.of(new ModeEdit(true, true, 0, 0200, 0))),
                        new Deletion(
                                true, new Deletion.Limit(Deletion.Unit.PATHS, 500), RelativePath.of("old/monday"))),
                options);
    }

    @Test
    void theLongNamesMeanTheSame() {
        assertEquals(
                options("-n", "-i", "-c", "-u", "-x", "-L", "-z"),
                options(
                        "--dry-run",
                        "--itemize",
                        "--checksum",
                        "--update",
                        "--one-file-system",
                        "--copy-links",
                        "--compress=always"));
        assertEquals(LinkPolicy.SKIP, options("--skip-links").selection().links());
        assertEquals(options(), options("-arlptogD", "--compress", "never"));
    }

    @ParameterizedTest
    @CsvSource({
        "0,PATHS,0",
        "1,PATHS,1",
        "999999999999999999,PATHS,999999999999999999",
        "0%,PERCENT,0",
        "100%,PERCENT,100"
    })
    void aDeleteLimitIsANumberOrAPercentage(String limit, Deletion.Unit unit, long value) {
        assertEquals(
                new Deletion.Limit(unit, value),
                options("--delete", "--max-delete", limit).deletion().limit());
    }

    @Test
    void withoutALimitTheDefaultOneStands() {
        assertEquals(
                new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.ROOT),
                options("--delete").deletion());
    }

    @ParameterizedTest
    @CsvSource({"7,7,-1", ":8,-1,8", "7:8,7,8", "0:0,0,0", "4294967294:65534,-2,65534"})
    void anOwnerIsNumbers(String typed, int user, int group) {
        Preservation preservation = options("--chown", typed).preservation();

        assertEquals(user, preservation.chownUser());
        assertEquals(group, preservation.chownGroup());
    }

    @Test
    void aBackupFolderMayHaveAnyName() {
        assertEquals(
                RelativePath.of("a b/--x"),
                options("--backup-dir", "a b/--x").deletion().backup());
        assertTrue(options("--backup-dir=old").deletion().keepsBackups(), "what is replaced is kept without --delete");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "-L --skip-links|push: -L and --skip-links contradict each other",
                "--no-owner --chown=1|push: --no-owner and --chown contradict each other",
                "-z --compress never|push: -z and --compress never contradict each other",
                "-z --data-path sendfile|push: --data-path sendfile sends files as they are, so it cannot compress them",
                "--compress=always --data-path=mapped|push: --data-path mapped sends files as they are, so it cannot compress them",
                "--json -i|push: --json and -i contradict each other",
                "--compress zstd|push --compress zstd: not one of never, always",
                "--ignore-file a/b|push --ignore-file a/b: it is no file's name",
                "--ignore-file ..|push --ignore-file ..: it is no file's name",
                "--max-delete 5|push --max-delete 5: nothing is deleted without --delete",
                "--delete --max-delete -1|push --max-delete -1: neither a number of paths nor a percentage",
                "--delete --max-delete 101%|push --max-delete 101%: neither a number of paths nor a percentage",
                "--delete --max-delete %|push --max-delete %: neither a number of paths nor a percentage",
                "--delete --max-delete 1.5%|push --max-delete 1.5%: neither a number of paths nor a percentage",
                "--delete --max-delete 1k|push --max-delete 1k: neither a number of paths nor a percentage",
                "--backup-dir /old|push --backup-dir /old: an absolute path",
                "--backup-dir /|push --backup-dir /: an absolute path",
                "--backup-dir ../old|push --backup-dir ../old: no plain path below the target",
                "--backup-dir .|push --backup-dir .: no plain path below the target",
                "--backup-dir a//b|push --backup-dir a//b: no plain path below the target",
                "--backup-dir a//|push --backup-dir a//: no plain path below the target",
                "--backup-dir .zsync-0123456789abcdef/x|push --backup-dir .zsync-0123456789abcdef/x: zsync keeps such names for itself",
                "--chown bob|push --chown bob: owners are numbers here",
                "--chown 1:staff|push --chown 1:staff: owners are numbers here",
                "--chown -1|push --chown -1: owners are numbers here",
                "--chown 1:|push --chown 1:: it reads UID:GID, UID or :GID",
                "--chown :|push --chown :: it reads UID:GID, UID or :GID",
                "--chown 1:2:3|push --chown 1:2:3: owners are numbers here",
                "--chown 4294967295|push --chown 4294967295: ids go from 0 to 4294967294",
                "--chmod u=rwz|push --chmod u=rwz: no 'z' here, only r w x X s t",
                "--bwlimit 500|push --bwlimit 500: a bare number is bytes a second here, and this is very little",
                "--exclude #x|push --exclude #x: a comment matches nothing",
            })
    void whatCannotBeMeantIsRefusedWithAWayOut(String options, String error) {
        assertEquals(1, typed.run(("push a local:b " + options).split(" ")));

        assertEquals(error, typed.error());
        assertEquals(2, typed.screen.err().lines().count(), typed.screen.err());
        assertEquals(List.of(), typed.engine.runs);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--chown bob|id -u NAME", "--chown :staff|id -g NAME"})
    void aNameAsOwnerIsToldHowToFindItsNumber(String words) {
        int bar = words.indexOf('|');
        typed.run(("push a local:b " + words.substring(0, bar)).split(" "));

        assertEquals(
                words.substring(bar + 1) + " prints the number that belongs to a name.",
                typed.screen.err().lines().toList().get(1));
    }
}
