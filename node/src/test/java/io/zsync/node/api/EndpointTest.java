package io.zsync.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.protocol.Escape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            backup1,                     backup1,              7419
            backup1:80,                  backup1,              80
            Backup1.Example.ORG:7419,    backup1.example.org,  7419
            127.0.0.1:0,                 127.0.0.1,            0
            a_b-c.:65535,                a_b-c.,               65535
            [::1],                       ::1,                  7419
            [2001:DB8::1]:1,             2001:db8::1,          1
            [::ffff:1.2.3.4]:7419,       ::ffff:1.2.3.4,       7419
            [FE80::1%Eth0.1]:7419,       fe80::1%Eth0.1,       7419
            """)
    void readsWhatPeopleType(String text, String host, int port) {
        Endpoint endpoint = Endpoint.parse(text);

        assertEquals(host, endpoint.host());
        assertEquals(port, endpoint.port());
        assertEquals(endpoint, Endpoint.parse(endpoint.toString()));
    }

    @Test
    void printsTheOneSpelling() {
        assertEquals("backup1:7419", Endpoint.parse("BACKUP1").toString());
        assertEquals("[2001:db8::1]:7419", Endpoint.parse("[2001:DB8::1]").toString());
        assertEquals(new Endpoint("A", 1), new Endpoint("a", 1));
        assertNotEquals(new Endpoint("fe80::1%A", 1), new Endpoint("fe80::1%a", 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""          | the host is empty
            :7419       | the host is empty
            ::1         | IPv6 addresses stand in brackets
            fe80::1%e   | IPv6 addresses stand in brackets
            a:1:2       | IPv6 addresses stand in brackets
            [::1        | a bracket is not closed
            [a]:1       | only IPv6 addresses stand in brackets
            []          | only IPv6 addresses stand in brackets
            [::1]7419   | only a port can follow the bracket
            [::g]       | '::g' is no IPv6 address
            [1::2::3]   | '1::2::3' is no IPv6 address
            [::1%]      | '::1%' is no IPv6 address
            [::1%a/b]   | '::1%a/b' is no IPv6 address
            [::1 ]      | '::1 ' is no IPv6 address
            a:          | port '' is no number up to 65535
            a:-1        | port '-1' is no number up to 65535
            a:+1        | port '+1' is no number up to 65535
            a:\u0661    | port '\u0661' is no number up to 65535
            a:123456    | port '123456' is no number up to 65535
            a:65536     | port 65536 is not in 0..65535
            a/b         | a host has no '/', only letters, digits, . _ and -
            a b         | a host has no ' ', only letters, digits, . _ and -
            \u212A      | a host has no '\u212A', only letters, digits, . _ and -
            -a          | a host does not start with '-'
            """)
    void saysWhatIsWrong(String text, String reason) {
        assertEquals(reason, refusal(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n", "\0", "a\u001b[1m", "a:\n", "[::\n]", "\ud83d\ude00", "\ud83d"})
    void aReasonIsOneLineOfSafeCharacters(String text) {
        String reason = refusal(text);

        assertEquals(Escape.text(reason).replace("\\\\", "\\"), reason);
    }

    @Test
    void hostsHave253CharactersAtMost() {
        assertEquals(253, new Endpoint("a".repeat(253), 1).host().length());
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("a".repeat(254), 1));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("a", -1));
        assertThrows(IllegalArgumentException.class, () -> new Endpoint("a", 65_536));
    }

    private static String refusal(String text) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(text))
                .getMessage());
    }
}
