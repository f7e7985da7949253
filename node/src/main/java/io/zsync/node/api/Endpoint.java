package io.zsync.node.api;

import io.zsync.protocol.Escape;
import java.net.Inet6Address;

/**
 * Where a node listens. The host is a name or an address, in lower case, IPv6 without its brackets; nothing is looked up
 * here. Immutable.
 *
 * @param port 0 to 65535; 0 is any free one and only a listener's
 */
public record Endpoint(String host, int port) {
    public static final int DEFAULT_PORT = 7419;

    private static final int MAX_HOST_LENGTH = 253;
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException with the reason in one line, fit for whoever typed the text */
    public Endpoint {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host is empty");
        }
        if (host.length() > MAX_HOST_LENGTH) {
            throw new IllegalArgumentException(
                    "a host of " + host.length() + " characters, at most " + MAX_HOST_LENGTH);
        }
        host = host.indexOf(':') >= 0 ? address6(host) : name(host);
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is not in 0.." + MAX_PORT);
        }
    }

    /**
     * Reads {@code HOST}, {@code HOST:PORT}, {@code [IPV6]} or {@code [IPV6]:PORT}.
     *
     * @throws IllegalArgumentException with the reason in one line, fit for whoever typed the text
     */
    public static Endpoint parse(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw new IllegalArgumentException("a bracket is not closed");
            }
            String host = text.substring(1, end);
            String rest = text.substring(end + 1);
            if (host.indexOf(':') < 0) {
                throw new IllegalArgumentException("only IPv6 addresses stand in brackets");
            }
            if (!rest.isEmpty() && !rest.startsWith(":")) {
                throw new IllegalArgumentException("only a port can follow the bracket");
            }
            return new Endpoint(host, rest.isEmpty() ? DEFAULT_PORT : port(rest.substring(1)));
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new Endpoint(text, DEFAULT_PORT);
        }
        if (text.indexOf(':', colon + 1) >= 0) {
            throw new IllegalArgumentException("IPv6 addresses stand in brackets");
        }
        return new Endpoint(text.substring(0, colon), port(text.substring(colon + 1)));
    }

    /** {@code HOST:PORT}, what {@link #parse} reads. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static int port(String digits) {
        if (!digits.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("port '" + Escape.text(digits) + "' is no number up to " + MAX_PORT);
        }
        return Integer.parseInt(digits);
    }

    /** What the names of hosts are made of. An underscore is no part of one, but seen; a hyphen in front is an option. */
    private static String name(String host) {
        String lower = lowerCase(host);
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (!isNameCharacter(c)) {
                throw new IllegalArgumentException("a host has no '"
                        + Escape.text(Character.toString(lower.codePointAt(i))) + "', only letters, digits, . _ and -");
            }
        }
        if (lower.startsWith("-")) {
            throw new IllegalArgumentException("a host does not start with '-'");
        }
        return lower;
    }

    /** The zone names a network interface of this machine, which need not be there yet and is told by case. */
    private static String address6(String host) {
        int percent = host.indexOf('%');
        String address = lowerCase(percent < 0 ? host : host.substring(0, percent));
        String zone = percent < 0 ? "" : host.substring(percent + 1);
        boolean named = percent < 0 || (!zone.isEmpty() && zone.chars().allMatch(Endpoint::isZoneCharacter));
        try {
            Inet6Address.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            named = false;
        }
        if (!named) {
            throw new IllegalArgumentException("'" + Escape.text(host) + "' is no IPv6 address");
        }
        return percent < 0 ? address : address + "%" + zone;
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }

    private static boolean isZoneCharacter(int c) {
        return isNameCharacter(c) || (c >= 'A' && c <= 'Z');
    }

    /** ASCII letters alone, whatever the locale says of others. */
    private static String lowerCase(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                out.setCharAt(i, (char) (c - 'A' + 'a'));
            }
        }
        return out.toString();
    }
}
