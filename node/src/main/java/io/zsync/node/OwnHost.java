package io.zsync.node;

import io.zsync.node.api.Endpoint;
import io.zsync.node.trust.Invite;
import io.zsync.protocol.JoinRequest;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What this host is called and where it can be found, as far as it knows. */
final class OwnHost {
    private static final Path NAME = Path.of("/proc/sys/kernel/hostname");

    private OwnHost() {}

    /** A name for this node at another one: the host's, up to its first dot, as far as it is made of what names are made of. */
    static String name() {
        try {
            return nameFrom(Files.readString(NAME, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return nameFrom("");
        }
    }

    static String nameFrom(String host) {
        String label = host.strip().replaceFirst("\\..*", "");
        String name = label.replaceAll("[^A-Za-z0-9_-]", "-").replaceFirst("^-+", "");
        String fit = name.substring(0, Math.min(name.length(), JoinRequest.NAME_LENGTH));
        return fit.isEmpty() || fit.equals("local") ? "peer" : fit;
    }

    /**
     * Where others find who listens there: there, unless that means all addresses of this host; then at those of them that
     * mean it to others, too.
     *
     * @return at most as many as an invite holds; none if this host has none
     */
    static List<Endpoint> reaching(Endpoint listen) throws IOException {
        InetAddress address;
        try {
            address = InetAddress.getByName(listen.host());
        } catch (UnknownHostException e) {
            return List.of(listen);
        }
        if (!address.isAnyLocalAddress()) {
            return List.of(listen);
        }
        List<InetAddress> own = new ArrayList<>();
        try (Stream<NetworkInterface> interfaces = NetworkInterface.networkInterfaces()) {
            for (NetworkInterface each : interfaces.toList()) {
                if (each.isUp()) {
                    own.addAll(each.inetAddresses().toList());
                }
            }
        }
        return reaching(own, address instanceof Inet6Address, listen.port());
    }

    static List<Endpoint> reaching(List<InetAddress> own, boolean both, int port) {
        List<InetAddress> useful = own.stream()
                .filter(each -> !each.isLoopbackAddress() && !each.isLinkLocalAddress() && !each.isMulticastAddress())
                .toList();
        return Stream.concat(
                        useful.stream().filter(Inet4Address.class::isInstance),
                        useful.stream().filter(each -> both && each instanceof Inet6Address))
                .map(each -> new Endpoint(each.getHostAddress().replaceFirst("%.*", ""), port))
                .distinct()
                .limit(Invite.MAX_ADDRESSES)
                .toList();
    }
}
