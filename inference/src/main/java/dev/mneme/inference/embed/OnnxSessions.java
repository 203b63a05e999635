package dev.mneme.inference.embed;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

/// How every model is run here: on the calling thread alone, which does not spin.
final class OnnxSessions {
    private OnnxSessions() {}

    /// The caller closes them once the session is there.
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
