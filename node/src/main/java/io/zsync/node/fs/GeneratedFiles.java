package io.zsync.node.fs;

/** File systems whose files' content is made by the kernel as it is read, by what {@code fstatfs} says of them. */
final class GeneratedFiles {
    // linux/magic.h, except configfs, resctrl's and those of rpc_pipefs, nfsd and functionfs, which keep theirs in
    // their sources.
    private static final int PROC = 0x9FA0;
    private static final int SYSFS = 0x62656572;
    private static final int DEBUGFS = 0x64626720;
    private static final int TRACEFS = 0x74726163;
    private static final int CONFIGFS = 0x62656570;
    private static final int SECURITYFS = 0x73636673;
    private static final int APPARMOR = 0x5A3C69F0;
    private static final int SELINUX = 0xF97CFF8C;
    private static final int SMACK = 0x43415D53;
    private static final int CGROUP = 0x27E0EB;
    private static final int CGROUP2 = 0x63677270;
    private static final int RESCTRL = 0x7655821;
    private static final int BPF = 0xCAFE4A11;
    private static final int BINFMT_MISC = 0x42494E4D;
    private static final int FUSE_CONTROL = 0x65735543;
    private static final int FUNCTIONFS = 0x0A647361;
    private static final int RPC_PIPEFS = 0x67596969;
    private static final int NFSD = 0x6E667364;
    private static final int OPENPROM = 0x9FA1;
    private static final int XENFS = 0xABBA1974;

    private GeneratedFiles() {}

    static boolean areOn(int fileSystemType) {
        return switch (fileSystemType) {
            case PROC, SYSFS, DEBUGFS, TRACEFS, CONFIGFS, SECURITYFS, APPARMOR, SELINUX, SMACK -> true;
            case CGROUP, CGROUP2, RESCTRL, BPF, BINFMT_MISC, FUSE_CONTROL, FUNCTIONFS, RPC_PIPEFS -> true;
            case NFSD, OPENPROM, XENFS -> true;
            default -> false;
        };
    }
}
