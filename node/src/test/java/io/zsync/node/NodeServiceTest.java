package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.api.ServeRequest;
import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.Share;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.node.trust.Grant;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.Right;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two nodes with identities and peer books of their own: who gets in, to what, and what becomes of broken sessions. */
class NodeServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path temp;

    private final List<ServiceEvent> log = Collections.synchronizedList(new ArrayList<>());
    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    private Node server;
    private Node client;
    private Path shared;
    private Path here;
    private Service service;
    private int maxSessions = 4;
    private @Nullable Protection minProtection;
    private @Nullable Protection protection = Protection.CLEAR;
    private int retries;
    private long rate;

    @BeforeEach
    void introduce() throws Exception {
        server = new Node(folder("server"));
        client = new Node(folder("client"));
        shared = Files.createDirectory(temp.resolve("shared"));
        here = Files.createDirectory(temp.resolve("here"));
        server.addPeer(new Peer("laptop", client.id(), null, null, List.of()));
        serve(0);
        client.addPeer(new Peer("backup", server.id(), service.endpoint(), null, List.of()));
    }

    @AfterEach
    void close() {
        service.close();
        server.close();
        client.close();
    }

    private ConfigFolder folder(String name) {
        return new ConfigFolder(temp.resolve(name), temp.resolve(name));
    }

    private void serve(int port) throws RunFailure {
        List<Share> shares = List.of(
                new Share("default", shared, true, false),
                new Share("photos", shared, true, false),
                new Share("docs", shared, false, false));
        service = server.serve(
                new ServeRequest(shares, new Endpoint("127.0.0.1", port), minProtection, maxSessions), log::add);
    }

    private RunRequest request(Mode mode, String peer, String share, String path) {
        RunOptions options = new RunOptions(
                false,
                true,
                true,
                Durability.NONE,
                new Transfer(PathPolicy.AUTO, 2, false, rate),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
        PeerTree tree = new PeerTree.Remote(peer, share, RelativePath.of(path));
        return new RunRequest(mode, here, tree, options, protection, Duration.ofSeconds(30), retries, Credits.DEFAULT);
    }

    private RunReport run(RunRequest request) {
        return assertTimeoutPreemptively(PATIENCE, () -> client.run(request, events::add));
    }

    private RunFailure fails(RunRequest request) {
        return assertTimeoutPreemptively(
                PATIENCE, () -> assertThrows(RunFailure.class, () -> client.run(request, events::add)));
    }

    private static void plant(Path directory, int files, int length) throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < files; i++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            Path file = directory.resolve("d" + i % 10 + "/f" + i);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        }
    }

    @Test
    void pushesIntoAShareAndPullsItBack() throws IOException {
        plant(here, 50, 100_000);
        RunReport pushed = run(request(Mode.PUSH, "backup", "default", ""));
        TreeAssert.assertThat(shared).mirrors(here);
        assertEquals(
                5_000_000,
                pushed.bytesByPath().values().stream().mapToLong(x -> x).sum());
        Path back = Files.createDirectory(temp.resolve("back"));
        here = back;
        RunReport pulled = run(request(Mode.PULL, "backup", "docs", ""));
        TreeAssert.assertThat(back).mirrors(shared);
        assertEquals(pushed.bytesByPath(), pulled.bytesByPath());
        assertEquals(0, run(request(Mode.PULL, "backup", "docs", "")).tally().changed());
    }

    @Test
    void pushesAndPullsAtTheLevelThatIsStoredForThePeer() throws Exception {
        client.removePeer("backup");
        client.addPeer(new Peer("backup", server.id(), service.endpoint(), Protection.SAFE, List.of()));
        protection = null;
        plant(here, 20, 1 << 20);
        RunReport pushed = run(request(Mode.PUSH, "backup", "default", ""));
        TreeAssert.assertThat(shared).mirrors(here);
        assertEquals(Protection.SAFE, pushed.protection());
        assertEquals(Map.of(DataPath.SENDFILE, 20L << 20), pushed.bytesByPath());
        here = Files.createDirectory(temp.resolve("back"));
        assertEquals(
                Protection.SAFE,
                run(request(Mode.PULL, "backup", "default", "")).protection());
        TreeAssert.assertThat(here).mirrors(shared);
    }

    @Test
    void pushesAndPullsInPrivate() throws IOException {
        protection = Protection.PRIVATE;
        plant(here, 20, 1 << 20);
        RunReport pushed = run(request(Mode.PUSH, "backup", "default", ""));
        TreeAssert.assertThat(shared).mirrors(here);
        assertEquals(Protection.PRIVATE, pushed.protection());
        assertEquals(Map.of(DataPath.BUFFERED, 20L << 20), pushed.bytesByPath());
        here = Files.createDirectory(temp.resolve("back"));
        run(request(Mode.PULL, "backup", "default", ""));
        TreeAssert.assertThat(here).mirrors(shared);
    }

    @Test
    void makesTheLastComponentOfASubtreeOnly() throws IOException {
        plant(here, 3, 10);
        run(request(Mode.PUSH, "backup", "photos", "2026"));
        TreeAssert.assertThat(shared.resolve("2026")).mirrors(here);
        RunFailure failure = fails(request(Mode.PUSH, "backup", "photos", "a/b"));
        assertEquals(FailureKind.ROOT_UNUSABLE, failure.kind());
        assertFalse(Files.exists(shared.resolve("a")));
    }

    @Test
    void followsNoSymlinkOutOfAShare() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.createSymbolicLink(shared.resolve("way"), outside);
        plant(here, 1, 10);
        assertEquals(
                FailureKind.ROOT_UNUSABLE,
                fails(request(Mode.PUSH, "backup", "photos", "way")).kind());
        assertEquals(
                FailureKind.ROOT_UNUSABLE,
                fails(request(Mode.PUSH, "backup", "photos", "way/in")).kind());
        try (var inside = Files.list(outside)) {
            assertEquals(0, inside.count());
        }
    }

    @Test
    void refusesWhoIsNotInTheBookWithoutAWord() throws Exception {
        server.removePeer("laptop");
        service.reload();
        RunFailure failure = fails(request(Mode.PUSH, "backup", "default", ""));
        assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
    }

    @Test
    void speaksToNobodyWhoIsNotInTheBook() {
        RunFailure failure = fails(request(Mode.PUSH, "127.0.0.2:7419", "default", ""));
        assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
        assertTrue(String.valueOf(failure.wayOut()).contains("peers add"), failure.wayOut());
    }

    @Test
    void findsAPeerByItsAddress() throws IOException {
        plant(here, 1, 10);
        run(request(Mode.PUSH, service.endpoint().toString(), "default", ""));
        TreeAssert.assertThat(shared).mirrors(here);
    }

    @Test
    void tellsAnUnknownShareLikeOneThatIsNotGranted() throws Exception {
        server.removePeer("laptop");
        server.addPeer(new Peer("laptop", client.id(), null, null, List.of(Grant.parse("docs=read"))));
        service.reload();
        String unknown = String.valueOf(
                fails(request(Mode.PULL, "backup", "nowhere", "")).getMessage());
        String withheld =
                String.valueOf(fails(request(Mode.PULL, "backup", "photos", "")).getMessage());
        assertEquals(unknown.replace("nowhere", "photos"), withheld);
        assertEquals(
                FailureKind.NOT_ALLOWED,
                fails(request(Mode.PUSH, "backup", "docs", "")).kind());
        run(request(Mode.PULL, "backup", "docs", ""));
    }

    @ParameterizedTest
    @CsvSource({"CLEAR, ''", "SAFE, CLEAR", "PRIVATE, CLEAR SAFE"})
    void neverRunsBelowItsLeastProtection(Protection least, String refused) throws Exception {
        service.close();
        minProtection = least;
        serve(service.endpoint().port());
        plant(here, 3, 100_000);
        for (Protection level : Protection.values()) {
            protection = level;
            if (refused.contains(level.name())) {
                RunFailure failure = fails(request(Mode.PUSH, "backup", "default", ""));
                assertEquals(FailureKind.NOT_ALLOWED, failure.kind());
                assertFalse(Files.exists(shared.resolve("d1")));
            } else {
                assertEquals(
                        level, run(request(Mode.PUSH, "backup", "default", "")).protection());
            }
        }
        TreeAssert.assertThat(shared).mirrors(here);
    }

    @Test
    void endsTheSessionOfAPeerThatIsRemoved() throws Exception {
        plant(here, 1, 200 << 20);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<RunFailure> ended = CompletableFuture.supplyAsync(() -> assertThrows(
                RunFailure.class,
                () -> client.run(request(Mode.PUSH, "backup", "default", ""), event -> started.countDown())));
        assertTrue(started.await(20, TimeUnit.SECONDS));
        server.removePeer("laptop");
        service.reload();
        assertEquals(FailureKind.NOT_TRUSTED, ended.get(20, TimeUnit.SECONDS).kind());
    }

    /** The push would take ten seconds. */
    @Test
    void endsTheSessionWhoseGrantIsTakenBackThoughThePeerStays() throws Exception {
        plant(here, 1, 1 << 20);
        rate = 100_000;
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<RunFailure> ended = CompletableFuture.supplyAsync(() -> assertThrows(
                RunFailure.class,
                () -> client.run(request(Mode.PUSH, "backup", "default", ""), event -> started.countDown())));
        assertTrue(started.await(20, TimeUnit.SECONDS));
        server.removePeer("laptop");
        Grant reading = new Grant("default", EnumSet.of(Right.READ));
        server.addPeer(new Peer("laptop", client.id(), null, null, List.of(reading)));

        service.reload();

        RunFailure failure = ended.get(5, TimeUnit.SECONDS);
        assertEquals(FailureKind.NOT_ALLOWED, failure.kind(), failure::toString);
        rate = 0;
        run(request(Mode.PULL, "backup", "default", ""));
    }

    @Test
    void tellsThatItIsBusy() throws Exception {
        service.close();
        maxSessions = 1;
        serve(service.endpoint().port());
        plant(here, 1, 200 << 20);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<RunReport> first = CompletableFuture.supplyAsync(() -> {
            try {
                return client.run(request(Mode.PUSH, "backup", "default", "one"), event -> started.countDown());
            } catch (RunFailure e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(started.await(20, TimeUnit.SECONDS));
        RunFailure failure = fails(request(Mode.PUSH, "backup", "default", "two"));
        assertEquals(FailureKind.CANNOT_CONNECT, failure.kind());
        first.get(30, TimeUnit.SECONDS);
    }

    @Test
    void goesOnWithANewSessionAfterTheServerCameBack() throws Exception {
        retries = 5;
        plant(here, 2_000, 40_000);
        CompletableFuture<RunReport> run = CompletableFuture.supplyAsync(() -> {
            try {
                return client.run(request(Mode.PUSH, "backup", "default", ""), events::add);
            } catch (RunFailure e) {
                throw new IllegalStateException(e);
            }
        });
        int port = service.endpoint().port();
        int restarts = 0;
        while (!run.isDone() && restarts < 3) {
            Thread.sleep(400);
            cut();
            restarts++;
            serve(port);
        }
        RunReport report = run.get(60, TimeUnit.SECONDS);
        TreeAssert.assertThat(shared).mirrors(here);
        assertTrue(report.reconnects() > 0, "the cuts came in time");
        assertTrue(events.stream().anyMatch(Event.Reconnecting.class::isInstance));
    }

    /** Ends the service without the time that it gives its sessions. */
    private void cut() {
        ((SharingService) service).close(Duration.ZERO);
    }

    @Test
    void givesUpAfterSoManySessionsThatBroughtNothing() throws Exception {
        retries = 2;
        plant(here, 1, 200 << 20);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<RunFailure> ended = CompletableFuture.supplyAsync(() -> assertThrows(
                RunFailure.class,
                () -> client.run(request(Mode.PUSH, "backup", "default", ""), event -> {
                    events.add(event);
                    started.countDown();
                })));
        assertTrue(started.await(20, TimeUnit.SECONDS));
        cut();
        assertEquals(FailureKind.CANNOT_CONNECT, ended.get(30, TimeUnit.SECONDS).kind());
        assertEquals(
                2, events.stream().filter(Event.Reconnecting.class::isInstance).count());
    }
}
