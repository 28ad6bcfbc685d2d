using Sgl.Cluster.Bench.Harness;

namespace Sgl.Cluster.Tests.Acceptance;

/// <summary>A test on a cluster of processes: left out where there is no PostgreSQL; test.sh installs one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (!Postgres.IsInstalled)
            Skip = "PostgreSQL is not installed (apt-get install postgresql).";
    }
}
