package dev.mneme.api.http;

import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.http.DirectHandlers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// What the web server's parser asks of its listener; here, of Mneme's own listener.
record ParserContext(
        Context context,
        MediaContext mediaContext,
        ContentEncodingContext contentEncodingContext,
        DirectHandlers directHandlers,
        ListenerConfig config,
        ExecutorService executor)
        implements ListenerContext {
    ParserContext(ListenerConfig config, DirectHandlers handlers) {
        this(
                Context.create(),
                MediaContext.create(),
                ContentEncodingContext.create(),
                handlers,
                config,
                Executors.newVirtualThreadPerTaskExecutor());
    }
}
