using System.Reflection;
using Npgsql;
using Sgl.Engine.Requests;

namespace Sgl.Silo.Postgres;

/// <summary>
/// Creates the tables that the cluster needs, where they are not there yet, and the queries that Orleans' ADO.NET
/// providers look up by name. Silos that start together take turns.
/// </summary>
internal static class PostgresSchema
{
    private const string Script = "Sgl.Silo.Postgres.schema.sql";

    /// <exception cref="UserErrorException">The database is not to be reached, or refuses.</exception>
    public static async Task CreateAsync(string connectionString)
    {
        await using Stream script = Assembly.GetExecutingAssembly().GetManifestResourceStream(Script)!;
        using StreamReader reader = new(script);
        try
        {
            await using NpgsqlConnection connection = new(connectionString);
            await connection.OpenAsync();
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await using NpgsqlCommand command = new(await reader.ReadToEndAsync(), connection, transaction);
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
        catch (Exception error) when (error is NpgsqlException or ArgumentException or TimeoutException)
        {
            throw new UserErrorException(
                $"--cluster postgres \"{WithoutPassword(connectionString)}\": {error.Message}", error);
        }
    }

    private static string WithoutPassword(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString) { Password = null }.ToString();
        }
        catch (ArgumentException)
        {
            return "...";
        }
    }
}
