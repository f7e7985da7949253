package io.zsync.node.session;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.JoinReport;
import io.zsync.node.api.RunFailure;
import io.zsync.node.transport.Deadlines;
import io.zsync.node.transport.JoinConnection;
import io.zsync.node.transport.NoAnswerException;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.Invite;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Escape;
import io.zsync.protocol.JoinReply;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.ProtocolException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The side that was invited: looks for the node that made the invite, pins its key, and asks. Only that node hears of the
 * invite. Used once, by one thread.
 */
public final class Joiner {
    /** The responder may wait for its lock, and for its disk. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private static final String WAY_OUT = "zsync invite, typed there, makes a new one";

    private final Invite invite;
    private final Identity self;
    private final JoinRequest request;
    private final InstantSource clock;
    private final Deadlines deadlines;
    private @Nullable RunFailure unreached;

    /** @param wish what this node would like to be called there */
    public Joiner(Invite invite, Identity self, String wish, InstantSource clock, Deadlines deadlines) {
        this.invite = invite;
        this.self = self;
        this.request = new JoinRequest(invite.id(), invite.protection(), wish);
        this.clock = clock;
        this.deadlines = deadlines;
    }

    /**
     * Asks at the first of the invite's addresses where the right key answers.
     *
     * @throws RunFailure NOT_TRUSTED if another key answers, or the invite is not taken; CANNOT_CONNECT; NO_PROGRESS if
     *     somebody is there and does not answer
     */
    public JoinReport join() throws RunFailure {
        for (Endpoint endpoint : invite.addresses()) {
            for (InetAddress address : addresses(endpoint)) {
                JoinConnection connection = connect(endpoint, new InetSocketAddress(address, endpoint.port()));
                if (connection != null) {
                    return ask(connection, endpoint);
                }
            }
        }
        throw unreached == null ? unknownHost(invite.addresses().getFirst()) : unreached;
    }

    private List<InetAddress> addresses(Endpoint endpoint) {
        try {
            return List.of(InetAddress.getAllByName(endpoint.host()));
        } catch (UnknownHostException e) {
            miss(unknownHost(endpoint));
            return List.of();
        }
    }

    private static RunFailure unknownHost(Endpoint endpoint) {
        return unreachable("connect to " + endpoint + ": unknown host", null);
    }

    private static RunFailure unreachable(String message, @Nullable Throwable cause) {
        return new RunFailure(
                FailureKind.CANNOT_CONNECT,
                message,
                "zsync serve has to run there, where this host can reach it; zsync invite --address says where else",
                cause);
    }

    /** @return null if the node that is looked for is not there */
    private @Nullable JoinConnection connect(Endpoint endpoint, InetSocketAddress address) throws RunFailure {
        try {
            return JoinConnection.connect(address, self, invite.server(), deadlines, Listener.GREETING);
        } catch (ProtocolException e) {
            if (e.code() == ErrorCode.NOT_ALLOWED) {
                throw notTaken(endpoint, e);
            }
            miss(new RunFailure(
                    FailureKind.NOT_TRUSTED,
                    "join: not the node that made the invite is there, but another one (" + endpoint + ")",
                    "check where the invite comes from; zsync invite --address says where else that node can be found",
                    e));
        } catch (NoAnswerException e) {
            miss(Failures.mute(e));
        } catch (IOException e) {
            miss(unreachable(String.valueOf(e.getMessage()), e));
        }
        return null;
    }

    /**
     * Of several addresses that fail the one with another node is told, or else with somebody mute: that nobody is at some of
     * them is to be expected.
     */
    private void miss(RunFailure failure) {
        if (unreached == null
                || unreached.kind() == FailureKind.CANNOT_CONNECT
                || failure.kind() == FailureKind.NOT_TRUSTED) {
            unreached = failure;
        }
    }

    private JoinReport ask(JoinConnection connection, Endpoint endpoint) throws RunFailure {
        try (connection) {
            JoinReply reply = connection.ask(request, invite.key(), ANSWER);
            return switch (reply.outcome()) {
                case JOINED -> new JoinReport(endpoint, Escape.text(reply.name()), false);
                case KNOWN -> new JoinReport(endpoint, Escape.text(reply.name()), true);
                case FAILED ->
                    throw new RunFailure(
                            FailureKind.NOT_ALLOWED,
                            "join: the invite is used up, but the node could not note who used it (" + endpoint + ")",
                            "its own standard error says why; then " + WAY_OUT,
                            null);
            };
        } catch (ProtocolException e) {
            throw e.code() == ErrorCode.NOT_ALLOWED ? notTaken(endpoint, e) : Failures.of(e);
        } catch (IOException e) {
            throw Failures.noProgress(
                    "join: no answer within " + ANSWER.toSeconds() + " s (" + endpoint + ")",
                    "run it again: if the invite was taken, the node says that it knows this one",
                    e);
        }
    }

    /** It says no more to who proves nothing, so what is told here is what is known here. */
    private RunFailure notTaken(Endpoint endpoint, ProtocolException cause) {
        boolean expired = !clock.instant().isBefore(invite.expiry());
        String why = expired
                ? "the invite expired at " + invite.expiry()
                : "the node does not take this invite, which is used, void, expired or not its own";
        return new RunFailure(FailureKind.NOT_TRUSTED, "join: " + why + " (" + endpoint + ")", WAY_OUT, cause);
    }
}
