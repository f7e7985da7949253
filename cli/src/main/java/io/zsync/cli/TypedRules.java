package io.zsync.cli;

import io.zsync.protocol.Limits;
import io.zsync.protocol.RuleText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** {@code --exclude}, {@code --include} and {@code --exclude-from} as one text in gitignore's form, in typed order. */
final class TypedRules {
    static final String EXCLUDE = "--exclude";
    static final String INCLUDE = "--include";
    static final String EXCLUDE_FROM = "--exclude-from";

    private TypedRules() {}

    static RuleText text(Judge judge, List<Option> typed) throws UsageError {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (Option each : typed) {
            switch (each.name()) {
                case EXCLUDE -> addLine(judge, each, text);
                case INCLUDE -> {
                    text.write('!');
                    addLine(judge, each, text);
                }
                default -> addFile(judge, each, text);
            }
            if (text.size() > Limits.RULES_LENGTH) {
                throw judge.refusal(
                        each.name(),
                        each.value(),
                        "rules of more than " + Limits.RULES_LENGTH / 1024 + " KiB",
                        "What concerns one directory can stand in an ignore file there.");
            }
        }
        return new RuleText(text.toByteArray());
    }

    private static void addLine(Judge judge, Option typed, ByteArrayOutputStream text) throws UsageError {
        Argument pattern = typed.value();
        if (pattern.indexOf('\n') >= 0) {
            throw judge.refusal(
                    typed.name(), pattern, "a pattern is one line", "A newline in a name is matched by '?' or '*'.");
        }
        if (pattern.text().isBlank()) {
            throw judge.refusal(typed.name(), pattern, "a blank pattern matches nothing", "A blank is typed '\\ '.");
        }
        if (typed.name().equals(EXCLUDE) && pattern.startsWith("#")) {
            throw judge.refusal(
                    typed.name(), pattern, "a comment matches nothing", "A name that starts with # is typed '\\#'.");
        }
        text.writeBytes(pattern.bytes());
        text.write('\n');
    }

    private static void addFile(Judge judge, Option typed, ByteArrayOutputStream text) throws UsageError {
        byte[] lines;
        try (InputStream in = Files.newInputStream(typed.value().path())) {
            lines = in.readNBytes(Limits.RULES_LENGTH + 1);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "no such file" : "cannot be read";
            throw judge.refusal(typed.name(), typed.value(), why, "It names a file of patterns, one a line.");
        }
        text.writeBytes(lines);
        if (lines.length > 0 && lines[lines.length - 1] != '\n') {
            text.write('\n');
        }
    }
}
