package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private static final class Gone extends OutputStream {
        private int writes;

        @Override
        public void write(int b) throws IOException {
            writes++;
            throw new IOException("Broken pipe");
        }
    }

    @Test
    void aReaderThatWentStopsOnlyItsOwnStream() {
        Gone gone = new Gone();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(gone, err);

        for (int i = 0; i < 10_000; i++) {
            console.print("a line that nobody reads");
        }
        console.tell("done");

        assertEquals(1, gone.writes, "no second try");
        assertEquals("done\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aDeadStandardErrorLeavesStandardOutputAlone() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(out, new Gone());

        console.tell("lost");
        console.status("lost");
        console.print("kept");
        console.flush();

        assertEquals("kept\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void whatWasPrintedComesBeforeWhatIsTold() {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        Console console = new Console(both, both);

        console.print("a");
        console.tell("b");
        console.print("c");
        console.flush();

        assertEquals("a\nb\nc\n", both.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theStatusLineStepsAsideForOtherLines() {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        Console console = new Console(both, both);

        console.status("50%");
        console.tell("problem");
        console.print("change");
        console.flush();
        console.status("");

        assertEquals(
                "\r50%" + "\r   \rproblem\n50%" + "\r   \r" + "change\n" + "50%" + "\r   \r",
                both.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aShorterStatusLeavesNothingOfALongerOne() {
        Screen screen = new Screen();

        screen.console().status("long");
        screen.console().status("sh");

        assertEquals("\rlong\rsh  \b\b", screen.err());
    }

    @Test
    void tracesAreShownOnlyWhenAskedFor() {
        Screen plain = new Screen();
        Screen traced = new Screen();
        traced.console().showTraces();

        plain.console().error("push: no (x)", "Try y.", new IllegalStateException("why"));
        traced.console().error("push: no (x)", null, new IllegalStateException("why"));

        assertEquals("zsync: push: no (x)\nTry y.\n", plain.err());
        assertTrue(
                traced.err().startsWith("zsync: push: no (x)\njava.lang.IllegalStateException: why\n\tat "),
                traced.err());
    }
}
