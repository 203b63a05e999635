package dev.mneme.server;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What `mneme serve` prints once it is ready: where things are, and what to type next. The admin key itself is printed
/// by the start that made it alone, since screens and journals are kept.
final class Welcome {
    private Welcome() {}

    static void print(MnemeServer server, Path workingFolder, PrintStream out) {
        String url = server.url();
        Path keyFile = AdminKey.file(server.data());
        out.println("Mneme " + MnemeServer.version() + " is ready at " + url);
        out.println("  data  " + server.data());
        out.println("  key   " + keyFile);
        out.println();
        String secret = secret(keyFile);
        if (secret.isEmpty()) {
            out.println(
                    "The file of the admin key is gone: use a key that you made, or start once with --new-admin-key.");
            out.flush();
            return;
        }
        String shown = server.madeAdminKey() ? secret : "$(cat '" + keyFile + "')"; // once, and then where it is
        String launcher = Files.isExecutable(workingFolder.toAbsolutePath().resolve("mneme")) ? "./mneme" : "mneme";
        String cliUrl = server.isDefaultAddress() ? "" : " --url " + url;
        String cliKey = server.isDefaultData() ? "" : " --data '" + server.data() + "'";
        out.println("Next, in another terminal:");
        out.println("  " + launcher + " add \"I am allergic to peanuts\" --user alice" + cliUrl + cliKey);
        out.println("  " + launcher + " search \"what must I not eat?\" --user alice" + cliUrl + cliKey);
        out.println("  " + launcher + " watch --user alice" + cliUrl + cliKey);
        out.println(
                "  curl -s " + url + "/api/v1/memories/search -H \"Authorization: Bearer " + shown
                        + "\" -H 'Content-Type: application/json' -d '{\"query\":\"what must I not eat?\",\"userId\":\"alice\"}'");
        out.println(
                "  npx wscat -c \"" + url.replaceFirst("^http", "ws") + "/sync?token=" + shown
                        + "\" -w 60 -x '{\"type\":\"connect\",\"payload\":{\"userId\":\"alice\",\"capabilities\":[\"memories\"]}}'");
        out.flush();
    }

    private static String secret(Path keyFile) {
        try {
            return Files.exists(keyFile)
                    ? Files.readString(keyFile, StandardCharsets.US_ASCII).strip()
                    : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
