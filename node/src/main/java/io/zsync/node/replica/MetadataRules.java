package io.zsync.node.replica;

import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Inode;
import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.ModeEdit;
import io.zsync.protocol.Preservation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which metadata a receiver keeps, what stands in for the source's, and the one order in which it is written: owner, mode,
 * attributes, times. Owner first because changing it clears setuid; attributes behind the mode because an access control
 * list has the last word on it; times last because everything before them moves them.
 *
 * @param asked what the run asked for
 * @param granted whether owners may be applied here, and what lends an owner's rights: setuid and setgid bits, devices,
 *     {@code trusted.*} and {@code security.*} attributes
 * @param superuser whether this process can
 * @param umask of this process, for new objects whose permissions are not kept
 */
public record MetadataRules(Preservation asked, boolean granted, boolean superuser, int umask) {
    private static final int LENT_RIGHTS = 06000;
    private static final int PERMISSIONS = 0777;
    /** Everything that a new object gets. */
    static final int ALL = -1;

    private static final int AS_IT_IS = -1;

    /** What of an object's metadata could not be written, or is not taken from a peer. */
    interface Losses {
        void lost(String what);

        void skipped(String what);
    }

    /** The attributes that are kept, and so compared. */
    AttributeKinds kinds() {
        return new AttributeKinds(asked.attributes(), asked.acls(), makesDevices());
    }

    /** Devices, and all that only a superuser can apply and a grant allows. */
    boolean makesDevices() {
        return granted && superuser;
    }

    /** The entry as this receiver wants it: its metadata after everything that stands in for the source's. */
    Entry wanted(Entry source, @Nullable FileStat existing) {
        return switch (source) {
            case Entry.Directory directory -> wanted(directory, existing);
            case Entry.RegularFile file -> wanted(file, existing);
            case Entry.Symlink link -> new Entry.Symlink(wanted(link.metadata(), false, existing), link.target());
            case Entry.Special special ->
                new Entry.Special(wanted(special.metadata(), false, existing), special.kind(), special.device());
        };
    }

    Entry.Directory wanted(Entry.Directory source, @Nullable FileStat existing) {
        return new Entry.Directory(wanted(source.metadata(), true, existing));
    }

    Entry.RegularFile wanted(Entry.RegularFile source, @Nullable FileStat existing) {
        Metadata metadata = wanted(source.metadata(), false, existing);
        return new Entry.RegularFile(metadata, source.size(), source.sparse(), source.digest());
    }

    private Metadata wanted(Metadata source, boolean isDirectory, @Nullable FileStat existing) {
        int mode = source.mode();
        if (!asked.permissions()) {
            mode = existing != null && existing.isDirectory() == isDirectory
                    ? existing.mode()
                    : mode & PERMISSIONS & ~umask;
        }
        mode = ModeEdit.apply(asked.chmod(), mode, isDirectory);
        return new Metadata(
                mode,
                id(asked.chownUser(), source.uid()),
                id(asked.chownGroup(), source.gid()),
                source.mtimeSeconds(),
                source.mtimeNanos(),
                // Where some are kept, those that are not are named when the object is written.
                kinds().isNone() ? Attributes.NONE : source.attributes());
    }

    /** What cannot be applied is left as it is: to the kernel, too, {@link #AS_IT_IS} says so. */
    private int id(int chosen, int source) {
        if (!granted || !superuser) {
            return AS_IT_IS;
        }
        return chosen != Preservation.AS_SOURCE ? chosen : asked.owner() ? source : AS_IT_IS;
    }

    private int mode(Metadata wanted) {
        return granted ? wanted.mode() : wanted.mode() & ~LENT_RIGHTS;
    }

    private Attributes taken(Attributes source) {
        AttributeKinds kinds = kinds();
        List<Attribute> taken = new ArrayList<>();
        for (Attribute each : source.asList()) {
            if (kinds.include(each.name())) {
                taken.add(each);
            }
        }
        return Attributes.of(taken);
    }

    /** The {@link Change} attributes in which an object differs from what is wanted. Links have no mode. */
    int differences(Metadata wanted, Metadata existing, boolean hasMode) {
        int attributes = !asked.times() || wanted.sameTime(existing) ? 0 : Change.TIME;
        if (hasMode && mode(wanted) != mode(existing)) {
            attributes |= Change.MODE;
        }
        if (wanted.uid() != AS_IT_IS && wanted.uid() != existing.uid()) {
            attributes |= Change.OWNER;
        }
        if (wanted.gid() != AS_IT_IS && wanted.gid() != existing.gid()) {
            attributes |= Change.GROUP;
        }
        AttributeKinds kinds = kinds();
        if (!kinds.isNone()) {
            Attributes taken = taken(wanted.attributes());
            attributes |= oneWay(taken, existing.attributes()) | oneWay(existing.attributes(), taken);
        }
        return attributes;
    }

    private static int oneWay(Attributes from, Attributes to) {
        int differences = 0;
        for (Attribute each : from.asList()) {
            if (!each.equals(to.get(each.name()))) {
                differences |= each.isAcl() ? Change.ACL : Change.ATTRIBUTES;
            }
        }
        return differences;
    }

    /**
     * Writes what is wanted to an object.
     *
     * @param what {@link Change} attributes that are to be written, {@link #ALL} for a new object
     * @param hasMode false for symlinks
     */
    void apply(Inode object, Metadata wanted, int what, boolean hasMode, Losses losses) {
        int mode = mode(wanted);
        boolean owner = wanted.uid() != AS_IT_IS || wanted.gid() != AS_IT_IS;
        if (owner && (what & (Change.OWNER | Change.GROUP)) != 0) {
            boolean owned = attempt("owner", losses, () -> object.setOwner(wanted.uid(), wanted.gid()));
            // They would lend the rights of whoever owns it instead.
            mode = owned ? mode : mode & ~LENT_RIGHTS;
        }
        // Also behind a change of owner, which takes bits away.
        if (hasMode && (what & (Change.MODE | Change.OWNER | Change.GROUP | Change.ACL)) != 0) {
            int bits = mode;
            attempt("mode", losses, () -> object.setMode(bits));
            if (mode(wanted) != wanted.mode()) {
                losses.skipped("setuid and setgid bits");
            }
        }
        if ((what & (Change.ACL | Change.ATTRIBUTES)) != 0 && !kinds().isNone()) {
            attempt("attributes", losses, () -> applyAttributes(object, wanted.attributes(), losses));
        }
        if (asked.times() && (what & Change.TIME) != 0) {
            attempt("modification time", losses, () -> object.setTime(wanted.mtimeSeconds(), wanted.mtimeNanos()));
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private static boolean attempt(String what, Losses losses, Call call) {
        try {
            call.run();
            return true;
        } catch (IOException e) {
            losses.lost(what + ": " + Publisher.reason(e));
            return false;
        }
    }

    /** A new object may have some already: an access control list that it inherited. */
    private void applyAttributes(Inode object, Attributes source, Losses losses) throws IOException {
        AttributeKinds kinds = kinds();
        Attributes wanted = taken(source);
        Attributes existing = object.attributes(kinds);
        for (Attribute each : existing.asList()) {
            if (wanted.get(each.name()) == null) {
                attempt(each.name(), losses, () -> object.removeAttribute(each.name()));
            }
        }
        for (Attribute each : source.asList()) {
            if (!kinds.include(each.name())) {
                losses.skipped(each.name());
            } else if (!each.equals(existing.get(each.name()))) {
                attempt(each.name(), losses, () -> object.setAttribute(each));
            }
        }
    }
}
