package dev.mneme.inference.embed;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// How every model is run here: on the calling thread alone, which does not spin.
final class OnnxSessions {
    /// The stack of a thread that loads native libraries. With the default of 1 MiB the process can end in a
    /// segmentation fault, without any message, when ONNX Runtime is set up.
    private static final long LOADING_STACK = 8L << 20;

    private OnnxSessions() {}

    /// The native runtime. It is never set up on another's thread, whose stack may be too small.
    static CompletableFuture<OrtEnvironment> environment() {
        return loading(OrtEnvironment::getEnvironment);
    }

    /// Does one part of loading a model beside the others.
    static <T> CompletableFuture<T> loading(Supplier<T> part) {
        return CompletableFuture.supplyAsync(
                part,
                task -> Thread.ofPlatform()
                        .name("mneme-embedder-load")
                        .daemon()
                        .stackSize(LOADING_STACK)
                        .start(task));
    }

    /// The caller closes them once the session exists.
    static OrtSession.SessionOptions oneThread() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            return options;
        } catch (OrtException e) {
            options.close();
            throw e;
        }
    }
}
