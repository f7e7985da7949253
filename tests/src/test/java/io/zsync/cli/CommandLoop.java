package io.zsync.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The program many times in one process: each line of standard input is a command, its words parted by tabs. What each
 * prints stays as it is, and behind it comes a line {@code exit CODE} on standard output.
 */
public final class CommandLoop {
    private CommandLoop() {}

    public static void main(String[] args) throws IOException {
        Console console = Console.ofProcess();
        Signals none = new NoSignals();
        Engine engine = NodeEngine.cancelledBy(none);
        Surroundings around = new Surroundings(InputStream.nullInputStream(), console, () -> engine, none, 0);
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<Argument> words = new ArrayList<>();
            for (String word : line.split("\t", -1)) {
                words.add(Argument.of(word));
            }
            ExitCode code = new Program(around).run(words);
            console.print("exit " + code.number());
            console.flush();
        }
    }

    private static final class NoSignals implements Signals {
        @Override
        public void onCancel(Runnable action, ExitCode end) {
            // Who wants it to end ends the process.
        }

        @Override
        public void onHangUp(Runnable action) {
            // Nobody hangs up.
        }
    }
}
