package io.zsync.cli;

import com.beust.jcommander.Parameter;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Name;
import io.zsync.protocol.Selection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which paths a run is about, and when a file counts as equal. */
final class ChoosingFlags {
    /** The three in the order they were typed, for the last match wins. */
    @Parameter(names = {TypedRules.EXCLUDE, TypedRules.INCLUDE, TypedRules.EXCLUDE_FROM})
    List<Option> rules = new ArrayList<>();

    @Parameter(names = "--ignore-file")
    @Nullable
    Argument ignoreFile;

    @Parameter(names = {"-c", "--checksum"})
    boolean checksum;

    @Parameter(names = {"-u", "--update"})
    boolean update;

    @Parameter(names = {"-x", "--one-file-system"})
    boolean oneFileSystem;

    @Parameter(names = {"-L", "--copy-links"})
    boolean copyLinks;

    @Parameter(names = "--skip-links")
    boolean skipLinks;

    Selection selection(Judge judge) throws UsageError {
        if (copyLinks && skipLinks) {
            throw judge.refusal("-L and --skip-links contradict each other");
        }
        LinkPolicy links = copyLinks ? LinkPolicy.FOLLOW : skipLinks ? LinkPolicy.SKIP : LinkPolicy.KEEP;
        return new Selection(TypedRules.text(judge, rules), ruleFile(judge), oneFileSystem, links);
    }

    Comparison comparison() {
        return new Comparison(checksum, update);
    }

    private Name ruleFile(Judge judge) throws UsageError {
        if (ignoreFile == null) {
            return Selection.DEFAULT_RULE_FILE;
        }
        try {
            return Name.of(ignoreFile.bytes());
        } catch (IllegalArgumentException e) {
            throw judge.refusal(
                    "--ignore-file",
                    ignoreFile,
                    "it is no file's name",
                    "It is looked for in every directory, so it is a name without a slash.");
        }
    }
}
