package io.zsync.cli;

/** The program's entry point. */
public final class Main {
    private Main() {}

    /** Runs the command that the arguments name. */
    public static void main(String[] args) {
        if (args.length == 1 && args[0].equals("--version")) {
            String version = Main.class.getPackage().getImplementationVersion();
            System.out.println("zsync " + (version == null ? "(from classes)" : version));
            return;
        }
        System.err.println("zsync: only --version is known so far");
        System.exit(1);
    }
}
