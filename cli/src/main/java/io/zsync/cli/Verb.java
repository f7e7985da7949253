package io.zsync.cli;

import java.util.List;

/** The commands that compare two trees, and what has no meaning behind each. */
enum Verb {
    PUSH("push", '<', "DIR", "PEER"),
    PULL("pull", '>', "PEER", "DIR"),
    COPY("copy", '>', "SOURCE", "TARGET"),
    DIFF("diff", '<', "DIR", "PEER"),
    VERIFY("verify", '<', "DIR", "PEER");

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

    /** What is only about a connection. */
    static final List<String> CONNECTING = List.of("-z", "--compress", "--protect", "--timeout", "--retries");

    static final String NO_WIRE = "has no meaning here, nothing goes over a wire";

    private final String word;
    private final char letter;
    private final String source;
    private final String target;

    Verb(String word, char letter, String source, String target) {
        this.word = word;
        this.letter = letter;
        this.source = source;
        this.target = target;
    }

    /** As it is typed. */
    String word() {
        return word;
    }

    /** rsync's for a file whose content moves: {@code <} to another host, {@code >} to this one. */
    char letter() {
        return letter;
    }

    /** True if it makes one tree hold what the other holds; false if it only looks. */
    boolean moves() {
        return this == PUSH || this == PULL || this == COPY;
    }

    /** What is said of bytes: they go over a wire, or from file to file. */
    String moved() {
        return this == COPY ? "copied" : "sent";
    }

    FlagParser parser(Judge judge, RunFlags flags) {
        FlagParser parser = judge.parser(flags);
        if (!moves()) {
            parser.refusing(CHANGING, "has no meaning here, nothing is moved");
        }
        if (this == VERIFY) {
            parser.refusing(SPARING, "has no meaning here, every file is read");
        }
        if (this == COPY) {
            return parser.refusing(CONNECTING, NO_WIRE).pointing(RsyncOptions::wayOutHere);
        }
        return parser.pointing(RsyncOptions::wayOut);
    }

    /** Demands that the words behind the command are a source and a target, or of a push several targets. */
    void count(Judge judge, List<Argument> words) throws UsageError {
        judge.count(words, this == PUSH ? Integer.MAX_VALUE : 2, source, target);
    }

    String help() {
        return switch (this) {
            case PUSH -> RunHelp.PUSH;
            case PULL -> RunHelp.PULL;
            case COPY -> RunHelp.COPY;
            case DIFF -> RunHelp.DIFF;
            case VERIFY -> RunHelp.VERIFY;
        };
    }

    Runs.Ending ending(RunSettings settings) {
        boolean chosen = settings.protection() != null;
        return switch (this) {
            case PUSH -> new Summary("push", "pushed", chosen);
            case PULL -> new Summary("pull", "pulled", chosen);
            case COPY -> new Summary("copy", "copied", chosen);
            case DIFF -> new Difference("");
            case VERIFY -> new Difference(", contents read on both sides");
        };
    }
}
