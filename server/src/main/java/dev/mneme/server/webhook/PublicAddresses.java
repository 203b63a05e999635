package dev.mneme.server.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Recognises addresses outside this server's own network, that is, those that anybody on the Internet could call. All
/// others are listed in RFC 6890 and the registries that it founded; they are recognised in every form of IPv6 that can
/// contain them.
final class PublicAddresses {
    private static final List<Block> NOT_PUBLIC = List.of(
            Block.of("0.0.0.0/8"),
            Block.of("10.0.0.0/8"),
            Block.of("100.64.0.0/10"),
            Block.of("127.0.0.0/8"),
            Block.of("169.254.0.0/16"),
            Block.of("172.16.0.0/12"),
            Block.of("192.0.0.0/24"),
            Block.of("192.0.2.0/24"),
            Block.of("192.88.99.0/24"),
            Block.of("192.168.0.0/16"),
            Block.of("198.18.0.0/15"),
            Block.of("198.51.100.0/24"),
            Block.of("203.0.113.0/24"),
            Block.of("224.0.0.0/3"),
            Block.of("::/127"),
            Block.of("64:ff9b:1::/48"),
            Block.of("100::/64"),
            Block.of("2001::/32"), // Teredo: the client's address is hidden in it, obfuscated
            Block.of("2001:db8::/32"),
            Block.of("3fff::/20"),
            Block.of("fc00::/7"),
            Block.of("fe80::/9"),
            Block.of("ff00::/8"));

    /// The part of IPv6 that IANA has assigned for calls from anywhere.
    private static final Block GLOBAL_UNICAST = Block.of("2000::/3");

    private PublicAddresses() {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Block(byte[] prefix, int bits) {
        static Block of(String text) {
            String[] parts = text.split("/", 2);
            try {
                return new Block(InetAddress.getByName(parts[0]).getAddress(), Integer.parseInt(parts[1]));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("no address: " + text, e);
            }
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >>> (bit % 8);
                if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    static boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (NOT_PUBLIC.stream().anyMatch(block -> block.holds(bytes))) {
            return false;
        }
        if (address instanceof Inet4Address) {
            return true;
        }
        List<InetAddress> within = ipv4Within(bytes);
        return within.isEmpty() ? GLOBAL_UNICAST.holds(bytes) : within.stream().allMatch(PublicAddresses::contains);
    }

    /// The IPv4 addresses that an IPv6 address contains: translated (RFC 6052), 6to4 (RFC 3056).
    private static List<InetAddress> ipv4Within(byte[] ipv6) {
        boolean translated = begins(ipv6, 0x00, 0x64, 0xff, 0x9b) && Arrays.equals(ipv6, 4, 12, new byte[8], 0, 8);
        if (translated) {
            return List.of(ipv4(ipv6, 12));
        }
        if (begins(ipv6, 0x20, 0x02)) {
            return List.of(ipv4(ipv6, 2));
        }
        return List.of();
    }

    private static boolean begins(byte[] address, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (address[i] != (byte) bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress ipv4(byte[] ipv6, int at) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(ipv6, at, at + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /// Whether a host in a URL can be seen to lie inside: an address in digits, or `localhost`.
    static boolean looksPrivate(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        if (name.startsWith("[") || name.matches("[0-9.]+")) {
            try {
                return !contains(InetAddress.getByName(host));
            } catch (UnknownHostException e) {
                return true;
            }
        }
        return false;
    }
}
