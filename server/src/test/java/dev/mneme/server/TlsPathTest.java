package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole server over TLS: every door works, and what is no TLS is turned away.
class TlsPathTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path home = Path.of("");

    private static Path keystore = Path.of("");
    private static KeyStore store;

    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        keystore = home.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "mneme",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keystore.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            store.load(in, PASSWORD.toCharArray());
        }
    }

    private static Api trusting(RunningServer server) throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .build();
        return new Api(server.url(), server.adminKey(), http);
    }

    private static void assertEveryDoorWorks(RunningServer server, String text) throws GeneralSecurityException {
        assertThat(server.url()).startsWith("https://");
        Api api = trusting(server);
        try (Socket socket = Socket.open(api);
                Events events = Events.open(api, "userId=tess")) {
            socket.follow("tess");
            assertThat(api.add("tess", text).status()).isEqualTo(201);
            assertThat(api.search("{\"query\":\"" + text + "\",\"userId\":\"tess\"}")
                            .texts())
                    .contains(text);
            Socket.until(() -> socket.texts().equals(List.of(text)));
            Socket.until(() -> events.texts().equals(List.of(text)));
        }
    }

    @Test
    void everyDoorWorksWithAKeystore() throws Exception {
        try (RunningServer server = RunningServer.on(
                home.resolve("p12"),
                "--http.tls.keystore",
                keystore.toString(),
                "--http.tls.keystorePassword",
                PASSWORD)) {
            assertEveryDoorWorks(server, "first");
            assertPlainIsTurnedAway(server);
            assertEveryDoorWorks(server, "second");
        }
    }

    @Test
    void everyDoorWorksWithPemFiles() throws Exception {
        Path certificate =
                pem("server.pem", "CERTIFICATE", store.getCertificate("mneme").getEncoded());
        Key key = store.getKey("mneme", PASSWORD.toCharArray());
        Path keyFile = pem("server.key", "PRIVATE KEY", key.getEncoded());
        try (RunningServer server = RunningServer.on(
                home.resolve("pem"),
                "--http.tls.certificate",
                certificate.toString(),
                "--http.tls.key",
                keyFile.toString())) {
            assertEveryDoorWorks(server, "by PEM");
        }
    }

    private static Path pem(String file, String type, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                home.resolve(file), "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }

    private static void assertPlainIsTurnedAway(RunningServer server) throws IOException {
        try (java.net.Socket plain = new java.net.Socket(InetAddress.getLoopbackAddress(), server.port())) {
            plain.setSoTimeout(20_000);
            plain.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer;
            try {
                answer = plain.getInputStream().readAllBytes();
            } catch (java.net.SocketException e) {
                answer = new byte[0]; // reset
            }
            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1 200");
        }
    }
}
