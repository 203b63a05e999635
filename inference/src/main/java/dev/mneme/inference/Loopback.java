package dev.mneme.inference;

import java.net.URI;
import java.util.regex.Pattern;

/// Whether an address is on this machine, as far as it says so itself. Texts of an inspired instance may go to a model
/// on this machine, and to none elsewhere. No name is looked up.
public final class Loopback {
    private static final String BYTE = "(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";

    /// 127.0.0.0/8 in four decimal numbers, or `::1`, as a URI writes them (RFC 3986, 3.2.2), or `localhost` (RFC 6761,
    /// 6.3).
    private static final Pattern HOST =
            Pattern.compile("127(?:\\." + BYTE + "){3}|\\[::1]|localhost", Pattern.CASE_INSENSITIVE);

    private Loopback() {}

    /// False for every other spelling, for any other name, and if there is no host.
    public static boolean isHostOf(URI address) {
        String host = address.getHost();
        return host != null && HOST.matcher(host).matches();
    }
}
