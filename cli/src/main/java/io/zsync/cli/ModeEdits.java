package io.zsync.cli;

import io.zsync.protocol.Escape;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.ModeEdit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * {@code --chmod} in rsync's grammar: clauses with commas between, each an octal mode or chmod's {@code [ugoa]*[+-=][rwxXst]*},
 * with {@code D} or {@code F} in front for directories or everything else. As in rsync's chmod.c a clause that names nobody
 * means all, less the umask, and {@code s} without {@code u} or {@code g} is setuid.
 */
final class ModeEdits {
    private static final String OPTION = "--chmod";
    private static final String WAY_OUT =
            "It reads as chmod's, u=rwX,go-w or 755; D or F in front is for directories or files alone.";
    private static final int EVERYBODY = 0111;
    private static final int EXECUTE = 0111;
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;
    private static final int STICKY = 01000;

    private ModeEdits() {}

    /** @param umask asked only where a clause names nobody */
    static List<ModeEdit> parse(Judge judge, List<Argument> typed, IntSupplier umask) throws UsageError {
        List<ModeEdit> edits = new ArrayList<>();
        for (Argument each : typed) {
            String text = each.text();
            int from = 0;
            while (from <= text.length()) {
                int comma = text.indexOf(',', from);
                int to = comma < 0 ? text.length() : comma;
                try {
                    edits.add(clause(text.substring(from, to), umask));
                } catch (IllegalArgumentException e) {
                    throw judge.refusal(OPTION, each, String.valueOf(e.getMessage()), WAY_OUT);
                }
                from = to + 1;
            }
        }
        if (edits.size() > Limits.MODE_EDITS) {
            throw judge.refusal(OPTION, typed.getLast(), "more than " + Limits.MODE_EDITS + " clauses in all", WAY_OUT);
        }
        return edits;
    }

    /** What new files of this process lack; 022 where the kernel does not tell. */
    static int processUmask() {
        try {
            return Files.readString(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.startsWith("Umask:"))
                    .mapToInt(line ->
                            Integer.parseInt(line.substring("Umask:".length()).strip(), 8))
                    .findFirst()
                    .orElse(022);
        } catch (IOException e) {
            return 022;
        }
    }

    private static ModeEdit clause(String clause, IntSupplier umask) {
        boolean onlyDirectories = false;
        boolean onlyFiles = false;
        int who = 0;
        int specialOfWho = 0;
        int at = 0;
        for (; at < clause.length() && "DFugoa".indexOf(clause.charAt(at)) >= 0; at++) {
            switch (clause.charAt(at)) {
                case 'D' -> onlyDirectories = true;
                case 'F' -> onlyFiles = true;
                case 'u' -> {
                    who |= 0100;
                    specialOfWho |= SETUID;
                }
                case 'g' -> {
                    who |= 0010;
                    specialOfWho |= SETGID;
                }
                case 'o' -> who |= 0001;
                default -> {
                    who |= EVERYBODY;
                    specialOfWho |= SETUID | SETGID;
                }
            }
        }
        if (onlyDirectories && onlyFiles) {
            throw new IllegalArgumentException("D and F in one clause apply to nothing");
        }
        if (at == clause.length()) {
            throw new IllegalArgumentException("a clause without + - = or a number");
        }
        char operator = clause.charAt(at);
        if (operator >= '0' && operator <= '7' && who == 0) {
            return new ModeEdit(!onlyFiles, !onlyDirectories, Metadata.MODE_MASK, octal(clause.substring(at)), 0);
        }
        if ("+-=".indexOf(operator) < 0) {
            throw new IllegalArgumentException(unexpected(operator) + ", only + - = or a number");
        }
        boolean executeIfAny = false;
        int permissions = 0;
        int special = 0;
        for (int i = at + 1; i < clause.length(); i++) {
            char c = clause.charAt(i);
            switch (c) {
                case 'r' -> permissions |= 4;
                case 'w' -> permissions |= 2;
                case 'x' -> permissions |= 1;
                case 'X' -> {
                    permissions |= 1;
                    executeIfAny = true;
                }
                // Without u, g or a rsync forgets a t in front of it.
                case 's' -> special = specialOfWho == 0 ? SETUID : special | specialOfWho;
                case 't' -> special |= STICKY;
                default -> throw new IllegalArgumentException(unexpected(c) + ", only r w x X s t");
            }
        }
        int whom = who == 0 ? EVERYBODY : who;
        int bits = whom * permissions & (who == 0 ? ~umask.getAsInt() : ~0) | special;
        int set = executeIfAny ? bits & ~EXECUTE : bits;
        int setIfExecutable = executeIfAny ? bits & EXECUTE : 0;
        return switch (operator) {
            case '+' -> new ModeEdit(!onlyFiles, !onlyDirectories, 0, set, setIfExecutable);
            case '-' -> new ModeEdit(!onlyFiles, !onlyDirectories, bits, 0, 0);
            default -> {
                int clear = whom * 7 | (special == 0 ? 0 : specialOfWho);
                yield new ModeEdit(!onlyFiles, !onlyDirectories, clear, set, setIfExecutable);
            }
        };
    }

    private static int octal(String digits) {
        if (!digits.matches("[0-7]+")) {
            throw new IllegalArgumentException("not an octal number");
        }
        int value = digits.length() > 10 ? Integer.MAX_VALUE : (int) Long.parseLong(digits, 8);
        if ((value & ~Metadata.MODE_MASK) != 0) {
            throw new IllegalArgumentException("a mode goes up to 7777");
        }
        return value;
    }

    private static String unexpected(char c) {
        return "no '" + Escape.text(Character.toString(c)) + "' here";
    }
}
