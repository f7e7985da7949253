package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.MessageCodec;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** SPEC.md names every message, limit, code and number that the code has, and no other. */
class SpecTest {
    private static String spec = "";

    @BeforeAll
    static void readSpec() throws IOException {
        spec = Files.readString(Path.of("..", "protocol", "SPEC.md"));
    }

    @Test
    void everyMessageStandsThereWithItsNumber() {
        Map<String, String> coded = new TreeMap<>();
        for (Message message : ExpectedValues.MESSAGES.values()) {
            int type = Decoding.frame(message)[MessageCodec.PREFIX_LENGTH];
            coded.put(message.getClass().getSimpleName(), Integer.toString(type));
        }

        assertEquals(coded, rows("4. Messages", "\\| (?<value>\\d+) \\| `(?<key>\\w+)` \\|.*"));
        assertEquals(Message.class.getPermittedSubclasses().length, coded.size(), "none is missing here");
    }

    @Test
    void everyLimitStandsThereWithItsValue() throws IllegalAccessException {
        Map<String, String> coded = new TreeMap<>();
        for (Field field : Limits.class.getFields()) {
            coded.put(field.getName(), String.format("%,d", ((Number) field.get(null)).longValue()));
        }

        assertEquals(coded, rows("12. Limits", "\\| (?<key>[A-Z_]+) \\| (?<value>[\\d,]+) \\|.*"));
    }

    @Test
    void everyErrorAndProblemCodeStandsThereWithItsNumber() {
        String row = "\\| (?<key>[A-Z_]+) \\| (?<value>\\d+) \\|.*";
        Map<String, String> errors = Arrays.stream(ErrorCode.values())
                .collect(Collectors.toMap(Enum::name, code -> Integer.toString(code.number())));
        Map<String, String> problems = Arrays.stream(ProblemCode.values())
                .collect(Collectors.toMap(Enum::name, code -> Integer.toString(code.number())));

        String codes = section("11. Errors");
        int second = codes.indexOf("| problem code |");
        assertTrue(second > 0, "a table of errors and one of problems");
        assertEquals(new TreeMap<>(errors), matches(codes.substring(0, second), row));
        assertEquals(new TreeMap<>(problems), matches(codes.substring(second), row));
    }

    @Test
    void everyEnumStandsThereWithItsNumbers() {
        String fields = section("3. Fields");
        Stream.of(
                        numbers("mode", Mode.values(), Mode::number),
                        numbers("durability", Durability.values(), Durability::number),
                        numbers("data path policy", PathPolicy.values(), PathPolicy::number),
                        numbers("data path", DataPath.values(), DataPath::number),
                        numbers("path choice", PathChoice.values(), PathChoice::number),
                        numbers("link policy", LinkPolicy.values(), LinkPolicy::number),
                        numbers("delete limit unit", Deletion.Unit.values(), Deletion.Unit::number),
                        numbers("protection", Protection.values(), Protection::number),
                        numbers("join outcome", JoinReply.Outcome.values(), JoinReply.Outcome::number),
                        numbers("change kind", Message.Change.Kind.values(), Message.Change.Kind::number),
                        numbers("change action", Message.Change.Action.values(), Message.Change.Action::number),
                        numbers("special kind", Entry.SpecialKind.values(), Entry.SpecialKind::number),
                        numbers("listing", ManifestItem.Listing.values(), ManifestItem.Listing::number))
                .forEach(row -> assertTrue(fields.contains(row), row));
    }

    private static <E extends Enum<E>> String numbers(
            String name, E[] values, java.util.function.ToIntFunction<E> number) {
        return Arrays.stream(values)
                .map(value -> number.applyAsInt(value) + " " + value.name())
                .collect(Collectors.joining(", ", "| " + name + " | ", " |"));
    }

    private static Map<String, String> rows(String section, String pattern) {
        return matches(section(section), pattern);
    }

    private static Map<String, String> matches(String text, String pattern) {
        Map<String, String> found = new TreeMap<>();
        Matcher matcher =
                Pattern.compile("^" + pattern + "$", Pattern.MULTILINE).matcher(text);
        while (matcher.find()) {
            found.put(matcher.group("key"), matcher.group("value"));
        }
        return found;
    }

    private static String section(String title) {
        int start = spec.indexOf("## " + title);
        assertTrue(start >= 0, () -> "section " + title);
        int end = spec.indexOf("\n## ", start);
        return spec.substring(start, end < 0 ? spec.length() : end);
    }
}
