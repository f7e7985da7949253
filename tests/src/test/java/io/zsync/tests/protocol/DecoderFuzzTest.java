package io.zsync.tests.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.zsync.protocol.ProtocolException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Coverage-guided fuzzing from the vectors, one decoder a call: {@code JAZZER_FUZZ=1 mvn -Plong test -pl tests -am
 * -Dtest=DecoderFuzzTest#control}. Without the variable the seeds are replayed. Long, because Jazzer instruments the JVM.
 */
@Tag("long")
class DecoderFuzzTest {
    @MethodSource("controlSeeds")
    @FuzzTest(maxDuration = "2m")
    void control(byte[] bytes) {
        allowNothingButProtocolException(Decoding.CONTROL, bytes);
    }

    @MethodSource("partSeeds")
    @FuzzTest(maxDuration = "2m")
    void part(byte[] bytes) {
        allowNothingButProtocolException(Decoding.PART, bytes);
    }

    @MethodSource("manifestSeeds")
    @FuzzTest(maxDuration = "2m")
    void manifest(byte[] bytes) {
        allowNothingButProtocolException(Decoding.MANIFEST, bytes);
    }

    @MethodSource("dataSeeds")
    @FuzzTest(maxDuration = "2m")
    void data(byte[] bytes) {
        allowNothingButProtocolException(Decoding.DATA, bytes);
        allowNothingButProtocolException(Decoding.SAFE, bytes);
        allowNothingButProtocolException(Decoding.HEADER, bytes);
        allowNothingButProtocolException(Decoding.PACK, bytes);
    }

    @MethodSource("bindSeeds")
    @FuzzTest(maxDuration = "2m")
    void bind(byte[] bytes) {
        allowNothingButProtocolException(Decoding.BIND, bytes);
    }

    @MethodSource("joinSeeds")
    @FuzzTest(maxDuration = "2m")
    void join(byte[] bytes) {
        allowNothingButProtocolException(Decoding.JOIN, bytes);
        allowNothingButProtocolException(Decoding.JOIN_REPLY, bytes);
    }

    private static void allowNothingButProtocolException(Decoding decoding, byte[] bytes) {
        try {
            decoding.decode(bytes);
        } catch (ProtocolException expected) {
            // The other allowed end.
        }
    }

    static Stream<byte[]> controlSeeds() {
        return seeds("control", "control-");
    }

    static Stream<byte[]> partSeeds() {
        return Stream.concat(
                Stream.of(Vector.load("control/manifest-part").bytes()),
                Vector.all("bad", "part-").stream().map(Vector::bytes));
    }

    static Stream<byte[]> manifestSeeds() {
        return seeds("manifest", "manifest-");
    }

    static Stream<byte[]> dataSeeds() {
        return Stream.concat(seeds("data", "data-"), seeds("data", "pack-"));
    }

    static Stream<byte[]> bindSeeds() {
        return seeds("bind", "bind-");
    }

    static Stream<byte[]> joinSeeds() {
        return seeds("join", "join-");
    }

    private static Stream<byte[]> seeds(String folder, String badPrefix) {
        return Stream.concat(Vector.all(folder).stream(), Vector.all("bad", badPrefix).stream())
                .map(Vector::bytes);
    }
}
