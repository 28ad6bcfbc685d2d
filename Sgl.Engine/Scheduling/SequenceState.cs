namespace Sgl.Engine.Scheduling;

/// <summary>Where a sequence stands between its arrival and its end.</summary>
internal enum SequenceState
{
    /// <summary>In the queue, holding nothing: new, or retracted.</summary>
    Waiting,

    /// <summary>Admitted; not all of its tokens have gone through the model yet.</summary>
    Prefilling,

    /// <summary>One new token a step.</summary>
    Decoding,

    /// <summary>Finished, aborted or cancelled.</summary>
    Ended,
}
