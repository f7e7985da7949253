package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.JoinReport;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.Share;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Grant;
import io.zsync.node.trust.Identity;
import io.zsync.node.trust.Invite;
import io.zsync.node.trust.InviteFile;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that serves, others that hold its invites, and some that only say so. */
class NodeJoinTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @TempDir
    Path temp;

    private final List<ServiceEvent> log = Collections.synchronizedList(new ArrayList<>());
    private final List<Node> clients = new ArrayList<>();
    private volatile Instant now = Instant.now();
    private Node server;
    private Service service;

    @BeforeEach
    void serve() throws Exception {
        server = new Node(folder("server"), () -> now);
        Files.createDirectories(temp.resolve("shared"));
        service = serve(0);
    }

    @AfterEach
    void close() {
        service.close();
        server.close();
        clients.forEach(Node::close);
    }

    private Service serve(int port) throws RunFailure {
        List<Share> shares = List.of(new Share("default", temp.resolve("shared"), true, false));
        return server.serve(new ServeRequest(shares, new Endpoint("127.0.0.1", port), null, 4), log::add);
    }

    private ConfigFolder folder(String name) {
        return new ConfigFolder(temp.resolve(name), temp.resolve(name));
    }

    private Node client(String name) {
        Node client = new Node(folder(name), () -> now);
        clients.add(client);
        return client;
    }

    private Invite invite() throws RunFailure {
        return invite(null, null);
    }

    private Invite invite(@Nullable Grant grant, @Nullable Protection protection) throws RunFailure {
        return server.invite(grant, protection, TEN_MINUTES, null);
    }

    private static JoinReport joins(Node client, Invite invite) {
        return assertTimeoutPreemptively(PATIENCE, () -> client.join("server", invite));
    }

    private static RunFailure refused(Node client, Invite invite) {
        return assertTimeoutPreemptively(
                PATIENCE, () -> assertThrows(RunFailure.class, () -> client.join("server", invite)));
    }

    private RunReport push(Node client) throws Exception {
        Path source = Files.createDirectories(temp.resolve("source"));
        RunOptions options = new RunOptions(
                false,
                true,
                true,
                Durability.NONE,
                new Transfer(PathPolicy.AUTO, 1, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        PeerTree tree = new PeerTree.Remote("server", "default", RelativePath.ROOT);
        return client.run(
                new RunRequest(Mode.PUSH, source, tree, options, null, Duration.ofSeconds(30), 0, Credits.DEFAULT),
                event -> {});
    }

    private static void assertNotTaken(Node client, Invite invite) throws RunFailure {
        RunFailure failure = refused(client, invite);
        assertEquals(FailureKind.NOT_TRUSTED, failure.kind(), failure::toString);
        assertTrue(String.valueOf(failure.wayOut()).contains("zsync invite"), failure.wayOut());
        assertEquals(List.of(), client.peers().peers(), "it keeps nothing of a node that does not know it");
    }

    @Test
    void bothEndsKnowEachOtherAtOnce() throws Exception {
        Grant grant = Grant.parse("default=read,write");
        Node client = client("client");

        JoinReport report = joins(client, invite(grant, Protection.PRIVATE));

        Peer here = client.peers().named("server").orElseThrow();
        assertEquals(new Peer("server", server.id(), service.endpoint(), Protection.PRIVATE, List.of()), here);
        Peer there = server.peers().withId(client.id()).orElseThrow();
        assertEquals(new Peer(OwnHost.name(), client.id(), null, Protection.PRIVATE, List.of(grant)), there);
        assertEquals(new JoinReport(service.endpoint(), OwnHost.name(), false), report);
        push(client);
        service.close();
        assertTrue(
                log.contains(new ServiceEvent.Joined(OwnHost.name(), "127.0.0.1", client.id())), () -> log.toString());
    }

    @Test
    void anInviteIsUsedOnce() throws Exception {
        Invite invite = invite();
        joins(client("first"), invite);

        assertNotTaken(client("second"), invite);

        assertEquals(1, server.peers().peers().size());
    }

    /** What does not depend on whether another stranger could come in. */
    @Test
    void anInviteIsUsedOnceThoughAnotherOneLives() throws Exception {
        Invite invite = invite();
        invite();
        joins(client("first"), invite);

        assertNotTaken(client("second"), invite);
    }

    @Test
    void itExpiresByTheServersClock() throws Exception {
        Invite invite = invite();
        invite(null, null);
        now = invite.expiry();

        assertNotTaken(client("client"), invite);
        assertEquals(List.of(), server.peers().peers());
    }

    @Test
    void fiveWrongSecretsVoidItAcrossARestart() throws Exception {
        Invite invite = invite();
        Invite wrong = Invites.withWrongSecret(invite);
        for (int i = 0; i < 3; i++) {
            assertNotTaken(client("stranger" + i), wrong);
        }
        service.close();
        service = serve(service.endpoint().port());
        for (int i = 3; i < 5; i++) {
            assertNotTaken(client("stranger" + i), wrong);
        }

        assertNotTaken(client("client"), invite);
        assertEquals(List.of(), server.peers().peers());
    }

    @Test
    void fourWrongSecretsDoNot() throws Exception {
        Invite invite = invite();
        Node stranger = client("stranger");
        for (int i = 0; i < 4; i++) {
            assertNotTaken(stranger, Invites.withWrongSecret(invite));
        }
        joins(client("client"), invite);
    }

    @Test
    void itIsGoodForTheNodeThatStartedAgain() throws Exception {
        Invite invite = invite();
        service.close();
        service = serve(service.endpoint().port());

        joins(client("client"), invite);
    }

    @Test
    void ofTwoThatRaceExactlyOneGetsIn() throws Exception {
        Invite invite = invite();
        List<Callable<Boolean>> racers = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            Node client = client(name);
            client.id();
            racers.add(() -> {
                try {
                    client.join("server", invite);
                    return true;
                } catch (RunFailure e) {
                    return false;
                }
            });
        }
        int winners = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(racers.size())) {
            for (Future<Boolean> racer : pool.invokeAll(racers)) {
                winners += racer.get() ? 1 : 0;
            }
        }
        assertEquals(1, winners);
        assertEquals(1, server.peers().peers().size());
    }

    @Test
    void aNameThatIsTakenGetsANumber() throws Exception {
        joins(client("a"), invite());
        joins(client("b"), invite());

        assertEquals(
                List.of(OwnHost.name(), OwnHost.name() + "-2"),
                server.peers().peers().stream().map(Peer::name).toList());
    }

    /** Its answer was lost, say: the invite is used up, so only what the server remembers can help. */
    @Test
    void whoIsKnownThereAlreadyLearnsItAgain() throws Exception {
        Node client = client("client");
        Invite invite = invite();
        joins(client, invite);
        client.removePeer("server");

        JoinReport report = joins(client, invite);

        assertEquals(new JoinReport(service.endpoint(), OwnHost.name(), true), report);
        assertTrue(client.peers().named("server").isPresent());
        assertEquals(1, server.peers().peers().size());
    }

    @Test
    void whoWasAddedByHandUsesNoInviteUp() throws Exception {
        Node client = client("client");
        server.addPeer(new Peer("byhand", client.id(), null, null, List.of()));
        service.reload();
        Invite invite = invite();

        assertEquals("byhand", joins(client, invite).calledThere());

        joins(client("other"), invite);
    }

    /** The burnt invite stays burnt: nobody gets a second try at what went wrong in the middle. */
    @Test
    void whoCannotBeWrittenDownHearsSo() throws Exception {
        Invite invite = invite();
        Invite second = invite();
        Files.writeString(temp.resolve("server/peers"), "nonsense\n");
        Node client = client("client");

        RunFailure failure = refused(client, invite);

        assertEquals(FailureKind.NOT_ALLOWED, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("used up"), failure.getMessage());
        Files.delete(temp.resolve("server/peers"));
        assertNotTaken(client, invite);
        joins(client, second);
        service.close();
        assertTrue(log.stream().anyMatch(ServiceEvent.Trouble.class::isInstance), () -> log.toString());
    }

    @Test
    void invitesThatOthersCouldHaveReadLetNobodyIn() throws Exception {
        Invite invite = invite();
        Files.setPosixFilePermissions(temp.resolve("server/invites"), PosixFilePermissions.fromString("rw-r--r--"));

        assertNotTaken(client("client"), invite);

        service.close();
        assertTrue(
                log.stream()
                        .anyMatch(event -> event instanceof ServiceEvent.Trouble trouble
                                && trouble.reason().contains("others can read it")),
                () -> log.toString());
    }

    @Test
    void anotherNodeAtTheAddressLearnsNothing() throws Exception {
        Invite invite = invite();
        Identity other = Identity.generate();
        Invite ofAnother = Invite.fresh(invite.addresses(), other.id(), invite.expiry(), null);

        RunFailure failure = refused(client("client"), ofAnother);

        assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains("another one"), failure.getMessage());
        joins(client("client"), invite);
    }

    @Test
    void oneOfItsAddressesIsEnough() throws Exception {
        Invite invite = server.invite(null, null, TEN_MINUTES, new Endpoint("127.0.0.1", 1));
        Endpoint here = service.endpoint();
        Invite reachable = Invites.at(invite, List.of(new Endpoint("127.0.0.1", 1), here));

        assertEquals(here, joins(client("client"), reachable).address());
    }

    @Test
    void aNodeThatIsNotThereIsNoRefusal() throws Exception {
        Invite invite = invite();
        service.close();

        RunFailure failure = refused(client("client"), invite);

        assertEquals(FailureKind.CANNOT_CONNECT, failure.kind());
        service = serve(service.endpoint().port());
        joins(client("client"), invite);
    }

    @Test
    void whatWouldBeRefusedHereIsRefusedBeforeTheInviteIsUsed() throws Exception {
        Node client = client("client");
        client.addPeer(new Peer("server", Identity.generate().id(), null, null, List.of()));
        Invite invite = invite();

        assertEquals(FailureKind.USAGE, refused(client, invite).kind());
        assertEquals(FailureKind.USAGE, refused(server, invite).kind());
        assertThrows(IllegalArgumentException.class, () -> client("x").join("a/b", invite));

        joins(client("other"), invite);
    }

    /** A peer that was removed and not yet dropped is not let in again by somebody else's joining. */
    @Test
    void aJoinTakesUpWhatTheBookHasBecome() throws Exception {
        Node first = client("first");
        joins(first, invite());
        server.removePeer(OwnHost.name());

        joins(client("second"), invite());

        assertEquals(
                FailureKind.NOT_TRUSTED,
                assertThrows(RunFailure.class, () -> push(first)).kind());
    }

    @Test
    void nobodyIsInvitedByANodeThatNeverListened() throws Exception {
        Node fresh = client("fresh");

        RunFailure failure = assertThrows(RunFailure.class, () -> fresh.invite(null, null, TEN_MINUTES, null));

        assertEquals(FailureKind.USAGE, failure.kind());
        assertFalse(new InviteFile(folder("fresh"), () -> now).isAnyOpen());
        Endpoint typed = new Endpoint("nas.example.org", 7419);
        assertEquals(
                List.of(typed), fresh.invite(null, null, TEN_MINUTES, typed).addresses());
    }
}
