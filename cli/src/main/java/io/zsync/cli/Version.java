package io.zsync.cli;

/** {@code zsync VERSION}, from the manifest. */
final class Version {
    static final String LINE = line();

    private Version() {}

    private static String line() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "zsync (from classes)" : "zsync ".concat(version);
    }
}
