package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.Inode;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Preservation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataRulesTest {
    private static final int AS_SOURCE = Preservation.AS_SOURCE;
    private static final Attribute USER = new Attribute("user.a", new byte[] {1});
    private static final Attribute TRUSTED = new Attribute("trusted.a", new byte[] {2});
    private static final Attribute ACL = new Attribute(Attribute.ACL_ACCESS, new byte[] {3});
    private static final Metadata SETUID = new Metadata(06755, 10, 20, 1_000, 5);

    private final List<String> calls = new ArrayList<>();
    private final List<String> losses = new ArrayList<>();
    private Attributes existing = Attributes.NONE;
    private String failing = "none";

    /** An object that writes down what is done to it. */
    private final class Recorder implements Inode {
        private void call(String what) throws IOException {
            calls.add(what);
            if (what.startsWith(failing)) {
                throw new FileFailure(failing, "x", Errno.PERM, "Operation not permitted");
            }
        }

        @Override
        public void setOwner(int uid, int gid) throws IOException {
            call("owner " + uid + ":" + gid);
        }

        @Override
        public void setMode(int mode) throws IOException {
            call("mode " + Integer.toOctalString(mode));
        }

        @Override
        public void setTime(long mtimeSeconds, int mtimeNanos) throws IOException {
            call("time " + mtimeSeconds);
        }

        @Override
        public Attributes attributes(AttributeKinds kinds) {
            return existing;
        }

        @Override
        public void setAttribute(Attribute attribute) throws IOException {
            call("set " + attribute.name());
        }

        @Override
        public void removeAttribute(String name) throws IOException {
            call("remove " + name);
        }
    }

    private final MetadataRules.Losses told = new MetadataRules.Losses() {
        @Override
        public void lost(String what) {
            losses.add("lost " + what);
        }

        @Override
        public void skipped(String what) {
            losses.add("skipped " + what);
        }
    };

    private static Preservation keeping(boolean attributes, boolean acls) {
        return new Preservation(true, true, true, false, attributes, acls, AS_SOURCE, AS_SOURCE, List.of());
    }

    private void apply(MetadataRules rules, Metadata source) {
        Entry wanted = rules.wanted(new Entry.RegularFile(source, 0, false), null);
        rules.apply(new Recorder(), wanted.metadata(), MetadataRules.ALL, true, told);
    }

    @Test
    void writesInTheOrderInWhichNothingUndoesWhatCameBefore() {
        existing = Attributes.of(List.of(new Attribute(Attribute.ACL_DEFAULT, new byte[] {9})));
        apply(new MetadataRules(keeping(true, true), true, true, 0), SETUID.with(Attributes.of(List.of(USER, ACL))));
        assertEquals(
                List.of(
                        "owner 10:20",
                        "mode 6755",
                        "remove " + Attribute.ACL_DEFAULT,
                        "set " + Attribute.ACL_ACCESS,
                        "set user.a",
                        "time 1000"),
                calls);
        assertEquals(List.of(), losses);
    }

    @Test
    void lendsNobodysRightsWhoCouldNotBeMadeTheOwner() {
        failing = "owner";
        apply(new MetadataRules(Preservation.ARCHIVE, true, true, 0), SETUID);
        assertEquals(List.of("owner 10:20", "mode 755", "time 1000"), calls);
        assertEquals(List.of("lost owner: owner: Operation not permitted"), losses);
    }

    @Test
    void takesNothingThatLendsRightsFromAPeerWithoutTheGrant() {
        apply(
                new MetadataRules(keeping(true, false), false, true, 0),
                SETUID.with(Attributes.of(List.of(USER, TRUSTED))));
        assertEquals(List.of("mode 755", "set user.a", "time 1000"), calls);
        assertEquals(List.of("skipped setuid and setgid bits", "skipped trusted.a"), losses);
    }

    /** A directory's are held on disk to the end of the run. */
    @Test
    void holdsNoAttributesWhereNoneAreKept() {
        Metadata source = SETUID.with(Attributes.of(List.of(USER, TRUSTED, ACL)));
        MetadataRules rules = new MetadataRules(Preservation.ARCHIVE, true, true, 0);
        assertEquals(
                Attributes.NONE,
                rules.wanted(new Entry.Directory(source), null).metadata().attributes());
        apply(rules, source);
        assertEquals(List.of(), losses);
    }

    @Test
    void goesOnWhereSomethingCannotBeWritten() {
        failing = "set";
        apply(new MetadataRules(keeping(true, false), false, false, 0), SETUID.with(Attributes.of(List.of(USER))));
        assertEquals(List.of("mode 755", "set user.a", "time 1000"), calls);
        assertEquals(List.of("skipped setuid and setgid bits", "lost user.a: set: Operation not permitted"), losses);
    }

    @Test
    void writesOnlyWhatDiffers() {
        MetadataRules rules = new MetadataRules(keeping(true, false), true, true, 0);
        rules.apply(new Recorder(), SETUID, Change.MODE, true, told);
        assertEquals(List.of("mode 6755"), calls);
        calls.clear();
        rules.apply(new Recorder(), SETUID, Change.TIME, true, told);
        assertEquals(List.of("time 1000"), calls);
        calls.clear();
        rules.apply(new Recorder(), SETUID, Change.OWNER, true, told);
        // The kernel has taken the bits away.
        assertEquals(List.of("owner 10:20", "mode 6755"), calls);
    }

    @Test
    void whatIsTypedStandsInForTheSource() {
        Preservation typed = new Preservation(false, true, true, false, false, false, 77, AS_SOURCE, List.of());
        apply(new MetadataRules(typed, true, true, 0), SETUID);
        // -1 leaves the group as it is.
        assertEquals(List.of("owner 77:-1", "mode 6755", "time 1000"), calls);
    }

    @Test
    void withoutPermissionsNewObjectsGetTheSourcesLessTheUmask() {
        Preservation typed =
                new Preservation(false, false, false, false, false, false, AS_SOURCE, AS_SOURCE, List.of());
        apply(new MetadataRules(typed, true, true, 027), SETUID);
        assertEquals(List.of("mode 750"), calls);
    }
}
