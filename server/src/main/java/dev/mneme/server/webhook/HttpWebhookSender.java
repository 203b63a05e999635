package dev.mneme.server.webhook;

import dev.mneme.core.model.Webhook;
import dev.mneme.core.spi.WebhookSender;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Sends deliveries over HTTP/1.1, with a connection for each.
///
/// It is not a general client, because of what it must not do. It calls exactly the address that it has checked, so
/// that a name cannot stand for another address when it is called (DNS rebinding). It follows no redirect. And it never
/// waits longer than its timeout, however slowly an answer trickles in.
///
/// A delivery has the headers `Mneme-Delivery` (its id), `Mneme-Timestamp` (seconds since 1970) and `Mneme-Signature`:
/// `sha256=` followed by the hexadecimal HMAC-SHA256, under the webhook's secret, of the timestamp, a full stop, and
/// the body.
///
/// **Threads**: any number may call.
public final class HttpWebhookSender implements WebhookSender {
    private static final int MAX_STATUS_LINE = 4_096;

    private final boolean allowPrivate;
    private final Duration timeout;
    private final String agent;
    private final Resolver resolver;

    /// Looks a name up. It may take long, and an interruption may not end it.
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /// @param allowPrivate whether addresses of the server's own network may be called
    /// @param timeout of a whole delivery
    /// @param version of the server, for `User-Agent`
    public HttpWebhookSender(boolean allowPrivate, Duration timeout, String version) {
        this(allowPrivate, timeout, version, InetAddress::getAllByName);
    }

    HttpWebhookSender(boolean allowPrivate, Duration timeout, String version, Resolver resolver) {
        this.resolver = resolver;
        this.allowPrivate = allowPrivate;
        this.timeout = timeout;
        this.agent = "Mneme/" + version;
    }

    /// Whether a host lies inside the server's own network, as far as that can be seen without looking it up.
    public static boolean looksPrivate(String host) {
        return PublicAddresses.looksPrivate(host);
    }

    @Override
    public int send(Webhook webhook, String deliveryId, Instant at, byte[] body) throws IOException {
        URI url = webhook.url();
        try (Socket socket = new Socket()) {
            CompletableFuture<Void> deadline = CompletableFuture.runAsync(
                    () -> close(socket), CompletableFuture.delayedExecutor(timeout.toMillis(), TimeUnit.MILLISECONDS));
            try {
                InetAddress address = address(url.getHost());
                socket.connect(new InetSocketAddress(address, port(url)), Math.toIntExact(timeout.toMillis()));
                socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
                try (Socket channel = isTls(url) ? tls(socket, url) : socket) {
                    OutputStream out = channel.getOutputStream();
                    out.write(head(webhook, deliveryId, at, body));
                    out.write(body);
                    out.flush();
                    return status(new BufferedInputStream(channel.getInputStream()));
                }
            } finally {
                deadline.cancel(false);
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// The address to call: the first one. All of the name's addresses must be public, so that it does not depend on
    /// chance which one is called.
    private InetAddress address(String host) throws IOException {
        InetAddress[] addresses = lookUp(host);
        for (InetAddress address : addresses) {
            if (!allowPrivate && !PublicAddresses.contains(address)) {
                throw new UnknownHostException(
                        "the address is of this server's own network: webhooks.allowPrivate is not set");
            }
        }
        return addresses[0];
    }

    /// Looks a name up on a thread of its own, which is left behind when it takes too long, since nothing can end a
    /// look-up.
    private InetAddress[] lookUp(String host) throws IOException {
        FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> resolver.addresses(host));
        Thread.ofVirtual().name("webhook-name").start(lookUp);
        try {
            return lookUp.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnknownHostException("looking the name up took too long");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UnknownHostException unknown
                    ? unknown
                    : new IOException("the name could not be looked up", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    private static boolean isTls(URI url) {
        return "https".equals(url.getScheme().toLowerCase(Locale.ROOT));
    }

    private static int port(URI url) {
        int usual = isTls(url) ? 443 : 80;
        return url.getPort() < 0 ? usual : url.getPort();
    }

    private static Socket tls(Socket socket, URI url) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket tls = (SSLSocket) factory.createSocket(socket, url.getHost(), port(url), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }

    private byte[] head(Webhook webhook, String deliveryId, Instant at, byte[] body) {
        URI url = webhook.url();
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        String host = url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
        long seconds = at.getEpochSecond();
        String head = "POST " + target + " HTTP/1.1\r\n"
                + "Host: " + host + "\r\n"
                + "User-Agent: " + agent + "\r\n"
                + "Accept: */*\r\n"
                + "Content-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n"
                + "Mneme-Webhook: " + webhook.id() + "\r\n"
                + "Mneme-Delivery: " + deliveryId + "\r\n"
                + "Mneme-Timestamp: " + seconds + "\r\n"
                + "Mneme-Signature: sha256=" + signature(webhook.secret(), seconds, body) + "\r\n"
                + "Connection: close\r\n\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    static String signature(String secret, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /// The status of the answer. Its body is not read.
    private static int status(InputStream in) throws IOException {
        String line = line(in);
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new IOException("the answer is no HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection was closed without an answer");
            }
            if (line.size() > MAX_STATUS_LINE) {
                throw new IOException("the answer is no HTTP/1.1");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
