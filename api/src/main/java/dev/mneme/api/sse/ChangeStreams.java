package dev.mneme.api.sse;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Handler;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Request;
import dev.mneme.api.live.Followed;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.core.access.Caller;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.feed.ChangeFeed.Page;
import dev.mneme.core.feed.ChangeFeed.Reader;
import dev.mneme.core.model.MnemeException;
import org.jspecify.annotations.Nullable;

/// Opens event streams with the changes of one owner (the single id that is given names the owner of its kind), or of
/// everyone (`scope=all`), from now on or after a position.
///
/// **Threads**: any number may call.
public final class ChangeStreams implements Handler {
    private final ChangeFeed feed;
    private final LiveConnections connections;

    public ChangeStreams(ChangeFeed feed, LiveConnections connections) {
        this.feed = feed;
        this.connections = connections;
    }

    /// Reads `userId`, `agentId`, `appId`, `runId`, `scope` and `after` of the query, and the header `Last-Event-ID`,
    /// which a browser sends by itself and which has precedence over `after`.
    @Override
    public Answer handle(Request request) {
        Caller caller = request.caller();
        Followed whom = Followed.of(request.query()::filled);
        if (whom == null) {
            throw MnemeException.invalid("userId", "Say whose changes: send one of userId, agentId, appId, runId.");
        }
        String lastId = request.header("Last-Event-ID");
        boolean resumes = lastId != null && !lastId.isEmpty();
        Reader reader = whom.follow(
                feed,
                caller,
                resumes ? lastId : request.query().filled("after"),
                resumes ? "Last-Event-ID" : "after",
                every -> true);
        int leftOut = whom instanceof Followed.Everyone ? feed.leftOut(caller) : 0;
        return LeftOut.said(Answer.events(open(caller, reader)).with("X-Accel-Buffering", "no"), leftOut);
    }

    private OpenStream open(Caller caller, Reader reader) {
        @Nullable OpenStream stream = null;
        try {
            Page first = reader.page(OpenStream.PAGE_CHANGES); // what cannot be served is refused, not cut off
            stream = new OpenStream(connections, reader, first);
            connections.enter(stream, caller.key());
            return stream;
        } catch (MnemeException e) {
            reader.close();
            if (stream != null) {
                connections.leave(stream);
            }
            throw e;
        }
    }
}
