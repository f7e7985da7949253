package io.zsync.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only shows in a process of its own: signals, raw arguments, closed pipes, loaded classes. */
class ProcessTest {
    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private Path out;
    private Path err;

    @BeforeEach
    void nameOutputs() {
        out = folder.resolve("out");
        err = folder.resolve("err");
    }

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java") + " -XX:+UseSerialGC -Xshare:auto"
                + " --sun-misc-unsafe-memory-access=deny --illegal-native-access=deny -cp '"
                + System.getProperty("java.class.path") + "' ";
    }

    /** A shell writes the command line: only it can pass bytes that are no text. */
    private Process start(String script, String locale) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", script)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("LC_ALL", locale);
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private int exitCode(Process process) throws InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
        return process.exitValue();
    }

    private int run(String script) throws Exception {
        return exitCode(start(script, "C.UTF-8"));
    }

    private static String content(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private Process startedAndReady(String fake) throws IOException {
        Process process = start("exec " + java() + "-Dfake=" + fake + " io.zsync.cli.FakeMain push -v a local:b", "C");
        await().until(() -> content(out).contains("ready"));
        return process;
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void aSignalCancelsTheRunAndExitsWith20(String signal) throws Exception {
        Process process = startedAndReady("wait");

        send(signal, process);

        assertEquals(20, exitCode(process));
    }

    @Test
    void aRunThatIsInterruptedSaysSo() throws Exception {
        Process process = startedAndReady("wait");

        process.destroy();

        assertEquals(20, exitCode(process));
        assertEquals("zsync: push: interrupted\n", content(err));
    }

    /** The summary says so, and whoever reads the code must not take it for another thing. */
    @Test
    void aRunThatIsDoneAllTheSameExitsWith0() throws Exception {
        Process process = startedAndReady("finishing");

        process.destroy();

        assertEquals(0, exitCode(process));
        assertTrue(content(err).startsWith("pushed a to local:b: "), content(err));
    }

    @Test
    void anEngineThatDoesNotStopIsLeftBehindInTheEnd() throws Exception {
        Process process = startedAndReady("stubborn");

        process.destroy();

        assertEquals(20, exitCode(process));
    }

    @Test
    void aThreadThatDiesOfABugEndsTheRunWith70() throws Exception {
        int code = run(java() + "-Dfake='dying thread' io.zsync.cli.FakeMain push a local:b");

        assertEquals(70, code);
        assertTrue(
                content(err).startsWith("zsync: internal error: java.lang.IllegalStateException: a thread died\n"),
                content(err));
        assertFalse(content(err).contains("\tat "), content(err));
    }

    private static void send(String signal, Process process) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, "" + process.pid())
                        .start()
                        .waitFor());
    }

    private Process serving(String fake) throws IOException {
        Process process = start(
                "exec env --default-signal=HUP,INT,TERM " + java() + "-Dfake=" + fake
                        + " io.zsync.cli.FakeMain serve --share a=/x",
                "C");
        await().until(() -> content(out).contains("\n"));
        assertEquals("listening on 127.0.0.1:4711  id " + FakeEngine.ID + "\n", content(out));
        return process;
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalClosesANodeThatServesAndExitsWith0(String signal) throws Exception {
        Process process = serving("");

        send(signal, process);

        assertEquals(0, exitCode(process));
        assertTrue(content(out).endsWith("\nclosed\n"), content(out));
        assertEquals("", content(err));
    }

    @Test
    void aNodeThatDoesNotCloseIsLeftBehindInTheEnd() throws Exception {
        Process process = serving("stubborn");

        process.destroy();

        assertEquals(0, exitCode(process));
        assertEquals("", content(err));
    }

    @Test
    void aNodeThatFailsToCloseSaysSo() throws Exception {
        Process process = serving("failing");

        process.destroy();

        assertEquals(70, exitCode(process));
        assertTrue(content(err).contains("IllegalStateException: it does not close\n"), content(err));
    }

    @Test
    void aHangUpEndsNoNodeThatServesButMakesItReload() throws Exception {
        Process process = serving("");

        for (int i = 1; i <= 3; i++) {
            String reloaded = "zsync: reloaded the peer book\n".repeat(i);
            send("HUP", process);
            await().until(() -> content(err).equals(reloaded));
        }

        process.destroy();
        assertEquals(0, exitCode(process));
    }

    @Test
    void aNormalEndKeepsItsCode() throws Exception {
        assertEquals(0, run(java() + "io.zsync.cli.FakeMain push a local:b"));
        assertEquals(1, run(java() + "io.zsync.cli.FakeMain push a ./b"));
    }

    @ParameterizedTest
    @CsvSource({"C,relative", "C,absolute", "C.UTF-8,relative", "C.UTF-8,absolute"})
    void aNameOfAnyBytesIsFoundInAnyLocale(String locale, String form) throws Exception {
        String name = "$(printf 'd\\377\\303\\244 ')";
        String argument = form.equals("relative") ? "\"" + name + "\"" : "\"" + folder + "/" + name + "\"";

        int code = exitCode(start(
                "cd '" + folder + "' && mkdir \"" + name + "\" && " + java() + "io.zsync.cli.FakeMain push " + argument
                        + " local:b",
                locale));

        assertEquals(0, code, content(err));
        assertTrue(content(err).contains("d\\xff\u00e4  to local:b: 1 file, 0 bytes"), content(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void aRelativeNameIsFoundInADirectoryThatTheLocaleCannotSpell(String locale) throws Exception {
        exitCode(start(
                "cd '" + folder + "' && d=\"$(printf 'w\\377')\" && mkdir -p \"$d/x\" && cd \"$d\" && " + java()
                        + "io.zsync.cli.FakeMain push x local:b",
                locale));

        assertTrue(content(err).startsWith("pushed x to local:b: 1 file, "), content(err));
    }

    @Test
    void aReaderThatGoesAwayEndsOnlyTheOutput() throws Exception {
        int code = run("{ " + java() + "-Dfake='many lines' io.zsync.cli.FakeMain push -v a local:b; echo $? >'"
                + folder + "/code'; } | head -n 1");

        assertEquals(0, code);
        assertEquals("0\n", content(folder.resolve("code")));
        assertTrue(content(out).startsWith("a-name-of-some-length-0\n"));
        assertTrue(content(err).startsWith("pushed a to local:b: "), content(err));
    }

    @Test
    void progressComesWithoutATerminalLibraryAndNothingElseIsPrinted() throws Exception {
        int code = run(java() + "-Dfake=progress -Dzsync.terminal.columns=60 -Xlog:class+load:file='" + folder
                + "/classes' io.zsync.cli.FakeMain push a local:b");

        assertEquals(0, code);
        String classes = content(folder.resolve("classes"));
        assertTrue(classes.contains("me.tongfei.progressbar.ProgressBar"), "the bar ran");
        assertFalse(classes.contains("org.jline"), "jline stays out");
        String shown = content(err);
        assertTrue(shown.startsWith("\r  0%  "), shown);
        String last = shown.substring(shown.lastIndexOf('\r') + 1);
        assertEquals("""
                pushed a to local:b: 0 files, 0 bytes in 5 ms
                  0 new, 0 changed, 0 deleted, 0 unchanged, 0 failed
                  nothing moved; protection clear; durable
                """, last);
        assertFalse(shown.substring(0, shown.length() - last.length()).contains("\n"), shown);
    }

    @Test
    void withoutATerminalTheBarIsNotEvenLoaded() throws Exception {
        run(java() + "-Dfake=progress -Xlog:class+load:file='" + folder
                + "/classes' io.zsync.cli.FakeMain push a local:b");

        assertFalse(content(folder.resolve("classes")).contains("me.tongfei"));
    }

    @Test
    void theVersionLoadsNothingThatItDoesNotNeed() throws Exception {
        assertEquals(0, run(java() + "-Xlog:class+load:file='" + folder + "/classes' io.zsync.cli.Main --version"));

        assertEquals("zsync (from classes)\n", content(out));
        List<String> own = Files.readAllLines(folder.resolve("classes")).stream()
                .filter(line -> line.contains("io.zsync") || line.contains("com.beust"))
                .map(line -> line.replaceAll(".*\\] (\\S+) .*", "$1"))
                .toList();
        assertEquals(List.of("io.zsync.cli.Main", "io.zsync.cli.Version"), own);
    }

    /** A script that asks for the id waits for it; what reads options is not needed where there are none. */
    @Test
    void theIdNeedsNoOptionParser() throws Exception {
        assertEquals(0, run(java() + "-Xlog:class+load:file='" + folder + "/classes' io.zsync.cli.FakeMain id"));

        assertEquals(FakeEngine.ID + "\n", content(out));
        assertFalse(content(folder.resolve("classes")).contains("com.beust"));
    }

    /** Its library costs every start that does not need it. */
    @Test
    void theJsonLibraryIsOnlyLoadedForJson() throws Exception {
        String logged = java() + "-Xlog:class+load:file='" + folder + "/classes' io.zsync.cli.FakeMain push a local:b ";

        assertEquals(0, run(logged + "-i -v --exclude=x --chmod=u+x"));
        assertFalse(content(folder.resolve("classes")).contains("com.fasterxml"));

        assertEquals(0, run(logged + "--json"));
        assertTrue(content(folder.resolve("classes")).contains("com.fasterxml.jackson.core.JsonFactory"));
        assertEquals(2, content(out).lines().count());
        assertEquals("", content(err));
    }
}
