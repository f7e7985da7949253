package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.trust.Grant;
import io.zsync.node.trust.Invite;
import io.zsync.protocol.Protection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InviteCommandTest {
    private final Typed typed = new Typed();

    private Invite made(String... words) {
        assertEquals(0, typed.run(words), typed.screen.err());
        return typed.engine.invited.getLast();
    }

    @Test
    void theInviteStandsAloneOnStandardOutput() {
        Invite invite = made("invite");

        assertEquals(invite.text() + "\n", typed.screen.out());
        assertEquals(Instant.EPOCH.plus(Duration.ofMinutes(10)), invite.expiry());
        assertEquals(List.of(Optional.empty()), typed.engine.grants);
    }

    /** What stands on standard error is read aloud, logged and mailed. */
    @Test
    void whatToDoWithItIsToldWithoutIt() {
        Invite invite = made("invite", "--ttl", "2h");

        assertEquals("""
                Whoever has this string may join once, within 2h: on the other host type zsync join NAME, and paste it.
                It leads to 127.0.0.1:7419.
                Only this machine reaches that address: zsync serve --listen 0.0.0.0:7419 listens to others too.
                """, typed.screen.err());
        assertFalse(typed.screen.err().contains(invite.text().substring(5)));
    }

    @Test
    void itSaysWhatTheOtherNodeMayDoAndHowAndWhere() {
        Invite invite = made(
                "invite", "--share=photos", "--grant", "read,write", "--protect", "private", "--address", "[fd00::7]");

        assertEquals(List.of(Optional.of(Grant.parse("photos=read,write"))), typed.engine.grants);
        assertEquals(Protection.PRIVATE, invite.protection());
        assertEquals(List.of(new Endpoint("fd00::7", 7419)), invite.addresses());
        assertFalse(typed.screen.err().contains("Only this machine"), typed.screen.err());
    }

    @Test
    void aShareAloneMeansAllThatItAllows() {
        made("invite", "--share", "photos");

        assertEquals(List.of(Optional.of(Grant.parse("photos=read,write,delete"))), typed.engine.grants);
    }

    @ParameterizedTest
    @CsvSource({"1s,1", "30s,30", "10m,600", "2h,7200", "7d,604800", "168h,604800"})
    void itIsGoodForSoLong(String typedTime, long seconds) {
        assertEquals(
                Instant.EPOCH.plusSeconds(seconds),
                made("invite", "--ttl", typedTime).expiry());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "invite x|invite: unexpected word (x)",
                "invite --ttl 0s|invite --ttl 0s: not a time from 1s to 7d",
                "invite --ttl 8d|invite --ttl 8d: not a time from 1s to 7d",
                "invite --ttl 169h|invite --ttl 169h: not a time from 1s to 7d",
                "invite --ttl 10|invite --ttl 10: not a time from 1s to 7d",
                "invite --ttl -1s|invite --ttl -1s: not a time from 1s to 7d",
                "invite --ttl 9999999999s|invite --ttl 9999999999s: not a time from 1s to 7d",
                "invite --ttl 1.5h|invite --ttl 1.5h: not a time from 1s to 7d",
                "invite --grant read|invite --grant read: for which share",
                "invite --share a/b|invite: the name of a share has no '/', only letters, digits, . _ and -",
                "invite --share a --grant all|invite: 'all' is no right; these are: read, write, delete, with commas between",
                "invite --share a --grant a=read|invite: 'a=read' is no right; these are: read, write, delete, with commas between",
                "invite --share a --share b|invite --share: given more than once",
                "invite --protect none|invite --protect none: not one of clear, safe, private",
                "invite --address h:0|invite: port 0 cannot be connected to (h:0)",
                "invite --address h:x|invite: port 'x' is no number up to 65535 (h:x)",
            })
    void whatCannotBeMeantIsRefused(String words, String error) {
        assertEquals(1, typed.run(words.split(" ")));

        assertEquals(error, typed.error());
        assertEquals(2, typed.screen.err().lines().count(), "a way out: " + typed.screen.err());
        assertEquals("", typed.screen.out());
        assertTrue(typed.engine.invited.isEmpty());
    }
}
