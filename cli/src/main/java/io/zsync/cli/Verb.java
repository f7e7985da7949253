package io.zsync.cli;

import io.zsync.protocol.Mode;
import java.util.List;

/** The commands that compare two trees, and what has no meaning behind each. */
enum Verb {
    PUSH("push", Mode.PUSH),
    PULL("pull", Mode.PULL),
    DIFF("diff", Mode.PUSH),
    VERIFY("verify", Mode.PUSH);

    /** What only moves, deletes or writes. */
    static final List<String> CHANGING = List.of(
            "-n",
            "--dry-run",
            "--max-delete",
            "--explain",
            "-z",
            "--compress",
            "--bwlimit",
            "--streams",
            "--data-path",
            "--durability");

    /** What says which files need no reading. */
    static final List<String> SPARING = List.of("-c", "--checksum", "-u", "--update");

    private final String word;
    private final Mode mode;

    Verb(String word, Mode mode) {
        this.word = word;
        this.mode = mode;
    }

    /** As it is typed. */
    String word() {
        return word;
    }

    Mode mode() {
        return mode;
    }

    /** True if it makes one tree hold what the other holds; false if it only looks. */
    boolean moves() {
        return this == PUSH || this == PULL;
    }

    FlagParser parser(Judge judge, RunFlags flags) {
        FlagParser parser = judge.parser(flags).pointing(RsyncOptions::wayOut);
        if (!moves()) {
            parser.refusing(CHANGING, "has no meaning here, nothing is moved");
        }
        if (this == VERIFY) {
            parser.refusing(SPARING, "has no meaning here, every file is read");
        }
        return parser;
    }

    String help() {
        return switch (this) {
            case PUSH -> RunHelp.PUSH;
            case PULL -> RunHelp.PULL;
            case DIFF -> RunHelp.DIFF;
            case VERIFY -> RunHelp.VERIFY;
        };
    }

    Runs.Ending ending() {
        return switch (this) {
            case PUSH, PULL -> new Summary();
            case DIFF -> new Difference("");
            case VERIFY -> new Difference(", contents read on both sides");
        };
    }
}
