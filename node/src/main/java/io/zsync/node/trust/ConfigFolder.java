package io.zsync.node.trust;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Escape;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where this user's node keeps its things; both paths are absolute. Only names them: nothing is looked at or made.
 *
 * @param config identity, peers, invites
 * @param state journals and caches, whose loss costs time only
 */
public record ConfigFolder(Path config, Path state) {
    private static final String WAY_OUT = "set ZSYNC_HOME to an absolute path in UTF-8";

    public ConfigFolder {
        if (!config.isAbsolute() || !state.isAbsolute()) {
            throw new IllegalArgumentException("folders " + config + " and " + state + " must be absolute");
        }
    }

    /**
     * {@code ZSYNC_HOME} for both, else the XDG variables, else what they default to below {@code HOME}, else below the
     * directory that the passwd entry names. An empty variable counts as none, as does one of XDG's with a relative path.
     *
     * <p>The JVM has decoded all of them by the locale. Whatever the locale could not spell was lost there and is refused
     * here, so that no run creates a second identity beside the one it cannot name; the launcher sees to UTF-8.
     *
     * @param environment the process's, {@link System#getenv()}
     * @param passwdHome the system property {@code user.home}: on Linux the JDK asks {@code getpwuid} for it, and turns to
     *     {@code HOME} or to {@code ?} only where there is no entry
     * @throws RunFailure USAGE if they name no folder
     */
    public static ConfigFolder of(Map<String, String> environment, String passwdHome) throws RunFailure {
        String own = environment.getOrDefault("ZSYNC_HOME", "");
        if (!own.isEmpty()) {
            if (!own.startsWith("/")) {
                throw unusable("ZSYNC_HOME", "not an absolute path", own);
            }
            Path both = path("ZSYNC_HOME", own);
            return new ConfigFolder(both, both);
        }
        Path config = xdg(environment, "XDG_CONFIG_HOME");
        Path state = xdg(environment, "XDG_STATE_HOME");
        if (config == null || state == null) {
            Path home = home(environment, passwdHome);
            config = config == null ? home.resolve(".config") : config;
            state = state == null ? home.resolve(".local/state") : state;
        }
        return new ConfigFolder(config.resolve("zsync"), state.resolve("zsync"));
    }

    private static @Nullable Path xdg(Map<String, String> environment, String variable) throws RunFailure {
        String value = environment.getOrDefault(variable, "");
        return value.startsWith("/") ? path(variable, value) : null;
    }

    private static Path home(Map<String, String> environment, String passwdHome) throws RunFailure {
        String home = environment.getOrDefault("HOME", "");
        if (home.startsWith("/")) {
            return path("HOME", home);
        }
        // The JDK puts a question mark for each byte that the locale cannot spell.
        if (!passwdHome.startsWith("/") || passwdHome.indexOf('?') >= 0) {
            throw unusable("home directory", "there is no HOME and no usable passwd entry", passwdHome);
        }
        return path("home directory", passwdHome);
    }

    /** Through a URI, because in the POSIX locale a {@code Path} cannot be made of other than ASCII text. */
    private static Path path(String what, String text) throws RunFailure {
        if (text.indexOf('\uFFFD') >= 0) {
            throw unusable(what, "holds bytes that are no text in this locale", text);
        }
        StringBuilder uri = new StringBuilder("file://");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            uri.append(b == '/' ? "/" : String.format("%%%02X", b));
        }
        try {
            return Path.of(URI.create(uri.toString().replaceFirst("^file:/+", "file:///")));
        } catch (IllegalArgumentException e) {
            throw unusable(what, "no path", text);
        }
    }

    private static RunFailure unusable(String what, String why, String value) {
        return new RunFailure(FailureKind.USAGE, what + ": " + why + " (" + Escape.text(value) + ")", WAY_OUT, null);
    }
}
