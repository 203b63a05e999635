package dev.mneme.server;

import dev.mneme.core.spi.Integrity;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The text that `mneme serve` prints once it is ready: where things are, and what to type next. Only the start that
/// made the admin key prints it, since screens and journals are kept.
final class Welcome {
    private Welcome() {}

    static void print(MnemeServer server, Path workingFolder, PrintStream out) {
        String url = server.url();
        Path keyFile = AdminKey.file(server.data());
        out.println("Mneme " + MnemeServer.version() + " is ready at " + url);
        out.println("  data  " + server.data());
        out.println("  key   " + keyFile);
        evidence(server.integrity(), out);
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

    /// Which edits of the data folder cannot be detected, and what is not known about the last stop.
    private static void evidence(Integrity.Report report, PrintStream out) {
        if (report.evidence().keyWithData()) {
            out.println("  note  The integrity key lies with the data: who can write there can replace it and forge"
                    + " everything; --integrity-key keeps it elsewhere.");
        }
        if (!report.evidence().anchored()) {
            out.println("  note  There is no anchor: an older copy of the data folder is not noticed; see --anchor.");
        }
        report.unknown().forEach(unknown -> out.println("  note  Not known: " + unknown + "."));
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
