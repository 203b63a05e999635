package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pages that describe the door: `/openapi.json`, `/docs`, and `/`, which links to everything. They are made once.
final class Pages {
    private static final Tag TAG = new Tag("pages", "What describes this server");
    private static final String HTML = "text/html; charset=utf-8";

    private final List<Route> described;
    private final String version;

    /// @param described all other routes
    Pages(List<Route> described, String version) {
        this.described = List.copyOf(described);
        this.version = version;
    }

    List<Route> routes() {
        String icon = Html.resource("favicon.svg");
        List<Route> pages = new ArrayList<>();
        pages.add(Route.get("/")
                .access(Access.OPEN)
                .named("home", TAG, "A page of links")
                .gives(Reply.page("text/html", "the page"))
                .by(request -> page(Html.page("Mneme", home(request.header("Host"))))));
        pages.add(Route.get("/favicon.ico")
                .access(Access.OPEN)
                .named("icon", TAG, "The icon of the pages")
                .gives(Reply.page("image/svg+xml", "the icon"))
                .by(request -> Answer.text(200, "image/svg+xml", icon).with("Cache-Control", "max-age=86400")));
        Document openApi = new Document();
        Document docs = new Document();
        pages.add(Route.get("/openapi.json")
                .access(Access.OPEN)
                .named("openApi", TAG, "This interface as an OpenAPI 3.1 document")
                .gives(Reply.page("application/json", "the document"))
                .by(request -> Answer.text(200, "application/json", openApi.text)));
        pages.add(Route.get("/docs")
                .access(Access.OPEN)
                .named("docs", TAG, "This interface for people to read")
                .gives(Reply.page("text/html", "the page"))
                .by(request -> page(docs.text)));
        List<Route> all = new ArrayList<>(described);
        all.addAll(pages);
        var document = OpenApi.document(all, version);
        openApi.text = new String(JsonWriter.bytes(document), StandardCharsets.UTF_8);
        docs.text = Html.page("Mneme: the REST interface", new DocsPage(all, document, version).body());
        return pages;
    }

    /// The text of a page. It also describes the page's own route, so it is written after the routes are made.
    private static final class Document {
        private volatile String text = "";
    }

    private static Answer page(String html) {
        return Answer.text(200, HTML, html).with("Content-Security-Policy", Html.POLICY);
    }

    /// @param host the reader's name for the server, so that the shown commands can be pasted as they are
    private String home(@Nullable String host) {
        String shown = Html.escape(host == null ? "localhost:8765" : host);
        return """
                <header><h1>Mneme</h1>
                <p class="soft">A memory for assistants and agents. Version %1$s.</p></header>
                <main>
                <div class="cards">
                <a class="card" href="/docs"><b>Documentation</b><br><span class="soft">every call</span></a>
                <a class="card" href="/openapi.json"><b>OpenAPI 3.1</b><br><span class="soft">for programs</span></a>
                <a class="card" href="/health/ready"><b>Ready?</b><br><span class="soft">the server, part by part</span></a>
                <a class="card" href="/health/live"><b>Alive?</b><br><span class="soft">the process</span></a>
                <a class="card" href="/metrics"><b>Metrics</b><br><span class="soft">for Prometheus; needs a key</span></a>
                </div>
                <h2>Try it</h2>
                <p>The key is in the data folder, in <code>admin.key</code>; the server said where when it started.</p>
                <pre>export MNEME_KEY=$(cat DATA_FOLDER/admin.key)</pre>
                <pre>curl -H "Authorization: Bearer $MNEME_KEY" %2$s/api/v1/memories \\
                  -d '{"userId":"alice","text":"I am allergic to peanuts"}'</pre>
                <pre>curl -H "Authorization: Bearer $MNEME_KEY" %2$s/api/v1/memories/search \\
                  -d '{"userId":"alice","query":"what can she not eat?"}'</pre>
                <pre>curl -H "Authorization: Bearer $MNEME_KEY" "%2$s/api/v1/changes?userId=alice"</pre>
                </main>
                """.formatted(Html.escape(version), shown);
    }
}
