package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.zsync.node.api.Endpoint;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnHostTest {
    private static final List<InetAddress> OWN = Stream.of(
                    "127.0.0.1", "::1", "fe80::1", "169.254.3.4", "fd00::7", "10.0.0.2", "2001:db8::1", "172.17.0.1")
            .map(InetAddress::ofLiteral)
            .toList();

    @ParameterizedTest
    @CsvSource({
        "laptop,laptop",
        "laptop.example.org,laptop",
        "Mac von Jürgen,Mac-von-J-rgen",
        "--x,x",
        "'',peer",
        "...,peer",
        "local,peer"
    })
    void isCalledWhatAPeerCanBeCalled(String host, String name) {
        assertEquals(name, OwnHost.nameFrom(host + "\n"));
    }

    @Test
    void aLongNameIsCut() {
        assertEquals("h".repeat(64), OwnHost.nameFrom("h".repeat(70)));
    }

    @Test
    void isReachedWhereItListens() throws Exception {
        for (String host : List.of("127.0.0.1", "fd00::7", "backup1.invalid")) {
            assertEquals(List.of(new Endpoint(host, 7)), OwnHost.reaching(new Endpoint(host, 7)));
        }
    }

    @Test
    void anAddressOfAllMeansThoseThatOthersCanUse() {
        assertEquals(
                List.of(new Endpoint("10.0.0.2", 7), new Endpoint("172.17.0.1", 7)), OwnHost.reaching(OWN, false, 7));
        assertEquals(
                List.of(
                        new Endpoint("10.0.0.2", 7),
                        new Endpoint("172.17.0.1", 7),
                        new Endpoint("fd00:0:0:0:0:0:0:7", 7),
                        new Endpoint("2001:db8:0:0:0:0:0:1", 7)),
                OwnHost.reaching(OWN, true, 7));
    }

    @Test
    void neverLeadsToAllAddresses() throws Exception {
        assertFalse(OwnHost.reaching(new Endpoint("0.0.0.0", 7)).contains(new Endpoint("0.0.0.0", 7)));
        assertFalse(OwnHost.reaching(new Endpoint("::", 7)).contains(new Endpoint("::", 7)));
    }
}
