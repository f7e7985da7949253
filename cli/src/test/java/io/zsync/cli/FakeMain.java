package io.zsync.cli;

import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The program over an engine that does what {@code -Dfake=} says, for tests that need a process. */
final class FakeMain {
    private static final CountDownLatch CANCELLED = new CountDownLatch(1);

    private FakeMain() {}

    public static void main(String[] args) {
        Program.runProcess(args, Duration.ofSeconds(1), signals -> {
            signals.onCancel(CANCELLED::countDown, ExitCode.INTERRUPTED);
            FakeEngine engine = new FakeEngine();
            engine.answer = (request, events) -> answer(System.getProperty("fake", ""), request, events);
            engine.closing = () -> {
                switch (System.getProperty("fake", "")) {
                    case "stubborn" -> await(new CountDownLatch(1));
                    case "failing" -> throw new IllegalStateException("it does not close");
                    default -> System.out.println("closed");
                }
            };
            return engine;
        });
    }

    private static RunReport answer(String fake, RunRequest request, EventSink events) throws RunFailure {
        return switch (fake) {
            case "wait" -> {
                events.accept(change("ready"));
                events.accept(new Event.Progress(1, 0, 0, 0, 0, false));
                await(CANCELLED);
                throw new RunFailure(FailureKind.INTERRUPTED, "push: interrupted", null, null);
            }
            case "finishing" -> {
                events.accept(change("ready"));
                events.accept(new Event.Progress(1, 0, 0, 0, 0, false));
                await(CANCELLED);
                yield done(request);
            }
            case "stubborn" -> {
                events.accept(change("ready"));
                events.accept(new Event.Progress(1, 0, 0, 0, 0, false));
                await(new CountDownLatch(1));
                throw new IllegalStateException("unreachable");
            }
            case "dying thread" -> {
                new Thread(() -> {
                            throw new IllegalStateException("a thread died");
                        })
                        .start();
                await(CANCELLED);
                throw new RunFailure(FailureKind.INTERRUPTED, "push: interrupted", null, null);
            }
            case "many lines" -> {
                for (int i = 0; i < 100_000; i++) {
                    events.accept(change("a-name-of-some-length-" + i));
                }
                yield done(request);
            }
            case "progress" -> {
                for (int i = 0; i < 5; i++) {
                    events.accept(new Event.Progress(10, 10, 1000, i, 100L * i, true));
                    await(new CountDownLatch(1), 100);
                }
                yield done(request);
            }
            default -> done(request);
        };
    }

    private static Event change(String path) {
        return new Event.Changed(
                new Change(RelativePath.of(path), Change.Kind.FILE, Change.Action.CREATE, 0, 0, new byte[0]));
    }

    private static void await(CountDownLatch latch) {
        await(latch, Integer.MAX_VALUE);
    }

    private static void await(CountDownLatch latch, int millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts the source as one file if it is there, so that a test sees whether its name arrived. */
    private static RunReport done(RunRequest request) {
        int files = Files.exists(request.directory()) ? 1 : 0;
        Tally tally = new Tally(0, 0, 0, files, 0, 0, 0, files, 0, Durability.BATCH);
        return new RunReport(
                tally,
                Map.of(),
                Map.of(),
                Protection.CLEAR,
                RunReport.Network.LOOPBACK,
                false,
                Duration.ofMillis(5),
                0);
    }
}
