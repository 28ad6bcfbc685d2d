namespace Sgl.Grains.Abstractions;

public enum ReplicaState
{
    /// <summary>The model is being loaded.</summary>
    Loading,

    Ready,

    /// <summary>Takes no new streams; those that run move to other replicas, or finish where there is none.</summary>
    Draining,

    /// <summary>The model could not be loaded, or its engine has stopped.</summary>
    Failed,
}
