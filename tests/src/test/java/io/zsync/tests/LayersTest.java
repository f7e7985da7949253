package io.zsync.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.transport.DataWriter;
import io.zsync.node.transport.UncheckedStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the layers: cli, node, protocol, and the order of node's packages. An arrow may only point down. */
class LayersTest {
    /** Every package of the product, top to bottom. */
    private static final List<String> TOP_TO_BOTTOM = List.of(
            "io.zsync.cli",
            "io.zsync.node",
            "io.zsync.node.bench",
            "io.zsync.node.session",
            "io.zsync.node.replica",
            "io.zsync.node.transport",
            "io.zsync.node.copy",
            "io.zsync.node.trust",
            "io.zsync.node.fs",
            "io.zsync.node.api",
            "io.zsync.protocol");

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // As a packaged build sees them: the tests of node, which this module borrows from.
            .withImportOption(location -> !location.contains("-tests.jar!"))
            .importPackages("io.zsync");

    private static final ArchRule PROTOCOL_DOES_NO_IO = noClasses()
            .that()
            .resideInAPackage("io.zsync.protocol..")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("java.nio.channels..", "java.nio.file..", "java.net..", "javax.net..")
                            .or(nameMatching("java\\.io\\.(File.*|RandomAccessFile)")))
            .because("the protocol turns values into bytes and back; files and sockets belong to node")
            .allowEmptyShould(true);

    private static final ArchRule PROTOCOL_HAS_NO_THREADS = noClasses()
            .that()
            .resideInAPackage("io.zsync.protocol..")
            .should()
            .dependOnClassesThat(nameMatching("java\\.lang\\.(Thread|ThreadGroup|Thread\\$.*)")
                    .or(nameMatching("java\\.util\\.Timer(Task)?"))
                    .or(nameMatching("java\\.util\\.concurrent\\.(.*Execut.*|ForkJoin.*|CompletableFuture|.*Scope.*)")))
            .because("who runs when is node's affair")
            .allowEmptyShould(true);

    private static final ArchRule NOBODY_CALLS_TRANSFER_FROM = noClasses()
            .should()
            .callMethodWhere(target(owner(assignableTo(FileChannel.class))).and(target(name("transferFrom"))))
            .because("from a socket, transferFrom is a loop over an 8 KiB heap buffer")
            .allowEmptyShould(true);

    private static final ArchRule ONLY_BENCH_MOVES_UNCHECKED = noClasses()
            .that()
            .resideOutsideOfPackage("io.zsync.node.bench")
            .and(not(equivalentTo(UncheckedStream.class)))
            .should()
            .dependOnClassesThat(equivalentTo(UncheckedStream.class))
            .because("what arrives without a check may not be believed")
            .allowEmptyShould(true);

    static Stream<ArchRule> arrows() {
        return IntStream.range(1, TOP_TO_BOTTOM.size()).mapToObj(LayersTest::pointsOnlyDown);
    }

    private static ArchRule pointsOnlyDown(int layer) {
        String[] above = TOP_TO_BOTTOM.subList(0, layer).toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(TOP_TO_BOTTOM.get(layer))
                .should()
                .dependOnClassesThat(resideInAnyPackage(above))
                .because("an arrow may only point down")
                .allowEmptyShould(true);
    }

    @ParameterizedTest
    @MethodSource("arrows")
    void everyPackagePointsOnlyDown(ArchRule rule) {
        rule.check(PRODUCT);
    }

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        Set<String> unplaced = new TreeSet<>();
        for (JavaClass each : PRODUCT) {
            if (!TOP_TO_BOTTOM.contains(each.getPackageName())) {
                unplaced.add(each.getPackageName());
            }
        }
        assertEquals(Set.of(), unplaced, "packages that no layer rule covers");
    }

    @Test
    void theProtocolDoesNoInputOrOutput() {
        PROTOCOL_DOES_NO_IO.check(PRODUCT);
    }

    @Test
    void theProtocolHasNoThreads() {
        PROTOCOL_HAS_NO_THREADS.check(PRODUCT);
    }

    @Test
    void nobodyCallsTransferFrom() {
        NOBODY_CALLS_TRANSFER_FROM.check(PRODUCT);
    }

    @Test
    void noSessionMovesAnythingUnchecked() {
        ONLY_BENCH_MOVES_UNCHECKED.check(PRODUCT);
    }

    /** A rule that looks at no class passes for ever. */
    @Test
    void theRulesSeeTheProduct() {
        assertTrue(PRODUCT.contain("io.zsync.cli.Main"), "the cli's classes are imported");
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        assertTrue(NOBODY_CALLS_TRANSFER_FROM.evaluate(offender).hasViolation(), "a call is found");
        assertFalse(
                NOBODY_CALLS_TRANSFER_FROM
                        .evaluate(new ClassFileImporter().importClasses(String.class))
                        .hasViolation(),
                "and nothing else is");
        assertTrue(
                ONLY_BENCH_MOVES_UNCHECKED
                        .evaluate(new ClassFileImporter().importClasses(Believer.class))
                        .hasViolation(),
                "a stream without checks is found");
    }

    static final class Believer {
        private Believer() {}

        static DataWriter send(SocketChannel channel) {
            return UncheckedStream.writer(channel, new PathCounters());
        }
    }

    static final class Offender {
        private Offender() {}

        static long receive(FileChannel file, ReadableByteChannel source) throws IOException {
            return file.transferFrom(source, 0, 1);
        }
    }
}
