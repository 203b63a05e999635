package dev.mneme.server;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.log.LogTail;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.offline.Verification;
import dev.mneme.server.config.ServerConfig;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `mneme verify`: reads everything in a data folder and says what is damaged or was changed from outside. With
/// `--accept user:alice` or `--accept keys` it first accepts those data as they are, so that they are served again.
final class Verify {
    private static final int DAMAGED = 7;
    private static final Provenance BY = Provenance.ofKey("verify");

    private Verify() {}

    /// Takes every `--accept WHOSE` out of the flags.
    private static List<String> accepted(List<String> flags) {
        List<String> accepted = new ArrayList<>();
        for (int at = flags.indexOf("--accept"); at >= 0; at = flags.indexOf("--accept")) {
            flags.remove(at);
            if (at == flags.size()) {
                throw MnemeException.invalid("accept", "Say what to accept: --accept user:alice, or --accept keys.");
            }
            accepted.add(flags.remove(at));
        }
        return accepted;
    }

    private static void accept(ServerConfig config, List<String> accepted, PrintStream out) {
        List<String> ofStore = new ArrayList<>(accepted);
        acceptFiles(config, ofStore, out);
        if (ofStore.isEmpty()) {
            return;
        }
        LocalEngine.Settings settings = PartConfigs.engine(config, new Metrics(), new SystemRuntime());
        try (Store store = LocalEngine.open(config.data(), settings)) {
            for (String whose : ofStore) {
                if (whose.equals("keys")) {
                    store.integrity().acceptKeys(BY);
                } else {
                    store.integrity().accept(owner(whose), BY);
                }
                out.println("Accepted " + whose + " as it is now.");
            }
        }
    }

    /// Accepts files whose state keeps the store from opening.
    private static void acceptFiles(ServerConfig config, List<String> accepted, PrintStream out) {
        IntegrityFiles files = PartConfigs.integrity(config);
        if (accepted.remove("first-format")) {
            Verification.acceptFirstFormat(config.data(), files, new SecureRandom());
            out.println("Sealed the data folder as it is now.");
        }
        if (accepted.remove("tail")) {
            LogTail was = Verification.acceptTail(config.data(), files, InstantSource.system());
            out.println("Accepted the log as it ends now. "
                    + (was.ending() == LogTail.Ending.SHORT
                            ? "Callers had been told of batches up to " + was.acknowledged() + ", and it ends with "
                                    + was.last() + "."
                            : "Nothing said that something was missing."));
        }
        if (accepted.remove("anchor")) {
            Verification.acceptAnchor(config.data(), files);
            out.println("The data folder goes on without the anchor that it had, or with a new one.");
        }
    }

    private static Owner owner(String whose) {
        int colon = whose.indexOf(':');
        for (OwnerKind kind : OwnerKind.values()) {
            if (colon > 0 && kind.name().toLowerCase(Locale.ROOT).equals(whose.substring(0, colon))) {
                return new Owner(Owner.DEFAULT_PROJECT, kind, whose.substring(colon + 1));
            }
        }
        throw MnemeException.invalid(
                "accept",
                "'" + whose + "' names no owner: write user:alice, agent:bot, app:chat or run:r1,"
                        + " or keys, tail, anchor or first-format.");
    }

    static int run(List<String> flags, Map<String, String> environment, PrintStream out) {
        List<String> settings = new ArrayList<>(flags);
        List<String> accepted = accepted(settings);
        ServerConfig config = ServerConfig.load(settings, environment);
        Logs.configure(config.logging());
        accept(config, accepted, out);
        Verification.Report report = Verification.run(config.data(), PartConfigs.integrity(config));
        out.println("Checked " + config.data() + ": " + report.owners() + " owners, " + report.memories()
                + " memories, " + report.rows() + " rows, " + report.logRecords() + " log records.");
        report.problems().forEach(problem -> out.println("  " + problem));
        report.unknown().forEach(unknown -> out.println("  not known: " + unknown));
        out.println(
                report.problems().isEmpty()
                        ? "Nothing is damaged."
                        : report.problems().size() + " problems found.");
        out.flush();
        return report.problems().isEmpty() ? 0 : DAMAGED;
    }
}
