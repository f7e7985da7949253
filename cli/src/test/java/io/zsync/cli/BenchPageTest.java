package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BenchPageTest {
    private static final String PAGE = BenchPage.of(Measured.quiet(), Instant.parse("2026-01-02T03:04:05Z"));

    /** Everything but what Chart.js brings. */
    private static final String OURS = PAGE.replaceFirst("(?s)<script>/\\*!.*?</script>", "");

    private static List<String> all(String pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void nothingIsLeftToFillIn() {
        assertFalse(OURS.contains("{{"), OURS);
        assertTrue(OURS.contains("measured 2026-01-02 03:04 UTC by zsync"), OURS);
    }

    @Test
    void allOfItIsInside() {
        assertEquals(List.of(), all("(?:src|href|action|srcset)=\"?([^ >]*)", OURS));
        assertEquals(List.of(), all("(https?:[^ \"']*)", OURS));
        assertEquals(List.of(), all("(@import|url\\()", OURS));
        assertFalse(PAGE.contains("sourceMappingURL"));
        assertTrue(PAGE.contains("Chart.js v4.5.1"), "the library, with its notice");
    }

    /** A script that the policy does not name does not run. */
    @Test
    void thePolicyNamesEveryScriptAndForbidsTheNetwork() throws Exception {
        String policy =
                all("Content-Security-Policy\" content=\"([^\"]*)\"", PAGE).getFirst();

        assertTrue(policy.startsWith("default-src 'none'; script-src 'sha256-"), policy);
        List<String> inline = all("<script>(.*?)</script>", PAGE);
        assertEquals(2, inline.size());
        inline.addAll(all("<style>(.*?)</style>", PAGE));
        for (String each : inline) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(each.getBytes(StandardCharsets.UTF_8));
            assertTrue(policy.contains(Base64.getEncoder().encodeToString(hash)), "a part that would not run");
        }
        assertFalse(policy.contains("unsafe"), policy);
    }

    @Test
    void theFiguresInItAreThoseOfTheJson() throws Exception {
        String figures = all("<script type=\"application/json\" id=\"figures\">(.*?)</script>", PAGE)
                .getFirst();

        assertFalse(figures.contains("<"), "a name could end the script");
        int objects = 0;
        try (JsonParser json = new JsonFactory().createParser(figures)) {
            assertEquals(JsonToken.START_ARRAY, json.nextToken());
            while (json.nextToken() == JsonToken.START_OBJECT) {
                json.skipChildren();
                objects++;
            }
        }
        assertEquals(14, objects);
        assertTrue(figures.contains("/tmp/\\u003cb>&"), figures);
    }

    @Test
    void namesAreText() {
        assertTrue(OURS.contains("Files in /tmp/&lt;b&gt;&amp;&quot;x (ext4)"), OURS);
    }

    @Test
    void everyFigureIsInATableToo() {
        assertTrue(OURS.contains("<tr class=\"first\"><td class=\"text\">7 MB</td><td class=\"text\">sendfile</td>"
                + "<td class=\"text\">with</td><td>4.67 <span class=\"spread\">4.44–4.91</span></td><td>1.5</td>"));
        assertTrue(OURS.contains("<td>156</td><td>45</td><td>3.47</td><td>2.0</td><td>1.0</td><td>2.00</td>"), OURS);
        assertTrue(OURS.contains("<td class=\"text\">sendfile &gt; buffered</td>"), OURS);
        assertTrue(OURS.contains("<td>-</td>"), "a count that the kernel does not tell");
        assertTrue(OURS.contains("not measured: mapped, file to file: Operation not supported"), OURS);
    }

    @Test
    void everyChartSaysWhatItShowsToWhoCannotSeeIt() {
        List<String> canvases = all("<canvas([^>]*)>", OURS);

        assertEquals(7, canvases.size());
        for (String canvas : canvases) {
            assertTrue(canvas.contains("role=\"img\" aria-label=\""), canvas);
        }
    }

    @Test
    void everyElementThatIsOpenedIsClosed() {
        String markup =
                OURS.replaceAll("(?s)<(script|style)[^>]*>.*?</\\1>", "").replaceFirst("<!DOCTYPE html>", "");
        List<String> open = new ArrayList<>();
        Matcher tag = Pattern.compile("<(/?)([a-z0-9]+)[^>]*>").matcher(markup);
        while (tag.find()) {
            String name = tag.group(2);
            if (!tag.group(1).isEmpty()) {
                assertEquals(open.removeLast(), name, markup.substring(0, tag.end()));
            } else if (!name.equals("meta")) {
                open.add(name);
            }
        }
        assertEquals(List.of(), open);
    }
}
