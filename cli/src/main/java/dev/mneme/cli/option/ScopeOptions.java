package dev.mneme.cli.option;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.client.JsonText;
import dev.mneme.client.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whose memories: the scope ids.
public final class ScopeOptions {
    @Option(
            names = "--user",
            paramLabel = "ID",
            description =
                    "The user. Default, when no other is given: MNEME_USER, else the key's only user, else your user"
                            + " name here.")
    @Nullable
    public String user;

    @Option(names = "--agent", paramLabel = "ID", description = "The agent.")
    @Nullable
    public String agent;

    @Option(names = "--app", paramLabel = "ID", description = "The app.")
    @Nullable
    public String app;

    @Option(names = "--run", paramLabel = "ID", description = "The run, or session.")
    @Nullable
    public String run;

    public boolean given() {
        return user != null || agent != null || app != null || run != null;
    }

    /// Fills in the default user when no id was given, and says so once if the user was guessed.
    public void orDefault(Session session) {
        if (!given()) {
            user = defaultUser(session);
        }
    }

    /// The user when none was given: the only one of the key, or a guess, which is then announced.
    static String defaultUser(Session session) {
        String configured = session.console().env("MNEME_USER");
        if (configured != null) {
            return configured;
        }
        String only = session.server().onlyUser();
        if (only != null) {
            return only;
        }
        String guessed = System.getProperty("user.name");
        if (!session.quiet()) {
            session.console().note("user " + guessed + " (your user name here; another: --user ID or MNEME_USER)");
        }
        return guessed;
    }

    public Query on(Query query) {
        return query.with("userId", user)
                .with("agentId", agent)
                .with("appId", app)
                .with("runId", run);
    }

    public void writeTo(JsonGenerator json) throws IOException {
        JsonText.string(json, "userId", user);
        JsonText.string(json, "agentId", agent);
        JsonText.string(json, "appId", app);
        JsonText.string(json, "runId", run);
    }

    /// The kind of the one id that was given.
    public String kind() {
        String shown = shown();
        return shown.substring(0, shown.indexOf(' '));
    }

    /// The one id that was given.
    public String id() {
        String shown = shown();
        return shown.substring(shown.indexOf(' ') + 1);
    }

    public int count() {
        return named().size();
    }

    /// The ids for a person: `user alice, agent bot`.
    public String shown() {
        return String.join(", ", named());
    }

    private List<String> named() {
        List<String> named = new ArrayList<>();
        add(named, "user", user);
        add(named, "agent", agent);
        add(named, "app", app);
        add(named, "run", run);
        return named;
    }

    private static void add(List<String> named, String kind, @Nullable String id) {
        if (id != null) {
            named.add(kind + " " + id);
        }
    }
}
