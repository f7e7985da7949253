package io.zsync.cli;

import io.zsync.node.Service;
import io.zsync.node.api.Endpoint;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.Share;
import io.zsync.node.trust.Shares;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** {@code zsync serve}: a node that runs until it is told to stop, and takes its orders from signals one after another. */
final class ServeCommand implements Command {
    private static final Endpoint DEFAULT_LISTEN = new Endpoint("127.0.0.1", Endpoint.DEFAULT_PORT);
    private static final int DEFAULT_SESSIONS = 32;
    private static final int MAX_SESSIONS = 1_000;

    private final Judge judge = new Judge("serve");
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();

    private enum Order {
        RELOAD,
        STOP
    }

    @Override
    public String help() {
        return Help.SERVE;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        ServeFlags flags = new ServeFlags();
        judge.fill(flags, words, around);
        judge.count(flags.words, 0);
        if (flags.quiet && flags.verbose) {
            throw judge.refusal("-q and -v contradict each other");
        }
        ServeRequest request = new ServeRequest(
                shares(flags.shares),
                listen(flags),
                judge.protection("--min-protect", flags.minProtect, false),
                judge.number("--max-sessions", flags.maxSessions, DEFAULT_SESSIONS, 1, MAX_SESSIONS));
        Console console = around.console();
        Engine engine = around.engine().get();
        // Whatever comes before the node is ready waits until it is.
        around.signals().onCancel(() -> orders.add(Order.STOP), ExitCode.DONE);
        around.signals().onHangUp(this::orderReload);
        try (Service service = engine.serve(request, new ServiceLog(console, flags.quiet, flags.verbose))) {
            console.print("listening on " + service.endpoint() + "  id " + service.id());
            console.flush();
            while (next() == Order.RELOAD) {
                reload(service, console, flags.quiet);
            }
        }
        return ExitCode.DONE;
    }

    private List<Share> shares(List<Argument> typed) throws UsageError {
        if (typed.isEmpty()) {
            throw judge.refusal("--share is missing");
        }
        List<Share> shares = new ArrayList<>();
        for (Argument each : typed) {
            shares.add(ShareArgument.parse(judge, each));
        }
        try {
            return new Shares(shares).all();
        } catch (IllegalArgumentException e) {
            throw judge.refusal(String.valueOf(e.getMessage()));
        }
    }

    private Endpoint listen(ServeFlags flags) throws UsageError {
        if (flags.listen == null) {
            return DEFAULT_LISTEN;
        }
        try {
            return Endpoint.parse(flags.listen.text());
        } catch (IllegalArgumentException e) {
            throw judge.refusal("listen: " + e.getMessage() + " (" + flags.listen + ")");
        }
    }

    /** One that waits already will read what is new for this one too. */
    private void orderReload() {
        if (!orders.contains(Order.RELOAD)) {
            orders.add(Order.RELOAD);
        }
    }

    private Order next() {
        try {
            return orders.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a node that serves", e);
        }
    }

    private static void reload(Service service, Console console, boolean quiet) {
        ExitCode code = Attempt.of(console, () -> {
            service.reload();
            return ExitCode.DONE;
        });
        if (code != ExitCode.DONE) {
            console.tell("zsync: not reloaded: the peer book as it was before stays in force");
        } else if (!quiet) {
            console.tell("zsync: reloaded the peer book");
        }
    }
}
