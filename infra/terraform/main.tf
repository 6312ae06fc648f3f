# A team's part of a Weir cloud as code, by the Terraform provider of the family of APIs that this one has the shape of.
#
#   export TF_VAR_endpoint=http://localhost:4000
#   export CONFLUENT_CLOUD_API_KEY=…  CONFLUENT_CLOUD_API_SECRET=…    # a cloud key of an OrganizationAdmin
#   terraform init && terraform apply
#
# The provider knows clouds by their names, so start Weir with WEIR_CLOUD=AWS and WEIR_REGION=eu-central-1.

terraform {
  required_providers {
    confluent = { source = "confluentinc/confluent" }
  }
}

variable "endpoint" { type = string }

variable "cloud" { default = "AWS" }

variable "region" { default = "eu-central-1" }

variable "environment_name" { default = "orders-team" }

variable "cluster_name" { default = "orders" }

variable "partitions" { default = 3 }

variable "retention_ms" { default = "3600000" }

variable "ingress_byte_rate" { default = "1048576" }

variable "description" { default = "Writes orders." }

provider "confluent" {
  endpoint = var.endpoint
}

resource "confluent_environment" "team" {
  display_name = var.environment_name
}

resource "confluent_kafka_cluster" "orders" {
  display_name = var.cluster_name
  availability = "SINGLE_ZONE"
  cloud        = var.cloud
  region       = var.region
  basic {}
  environment {
    id = confluent_environment.team.id
  }
}

# Whose key Terraform manages topics and ACLs with.
resource "confluent_service_account" "manager" {
  display_name = "orders-manager"
  description  = "Manages topics and ACLs."
}

resource "confluent_role_binding" "manager" {
  principal   = "User:${confluent_service_account.manager.id}"
  role_name   = "CloudClusterAdmin"
  crn_pattern = confluent_kafka_cluster.orders.rbac_crn
}

resource "confluent_api_key" "manager" {
  display_name = "orders-manager"
  owner {
    id          = confluent_service_account.manager.id
    api_version = confluent_service_account.manager.api_version
    kind        = confluent_service_account.manager.kind
  }
  managed_resource {
    id          = confluent_kafka_cluster.orders.id
    api_version = confluent_kafka_cluster.orders.api_version
    kind        = confluent_kafka_cluster.orders.kind
    environment {
      id = confluent_environment.team.id
    }
  }
  depends_on = [confluent_role_binding.manager]
}

# What writes and reads.
resource "confluent_service_account" "app" {
  display_name = "orders-app"
  description  = var.description
}

resource "confluent_api_key" "app_cloud" {
  display_name = "orders-app-cloud"
  description  = "Reads figures."
  owner {
    id          = confluent_service_account.app.id
    api_version = confluent_service_account.app.api_version
    kind        = confluent_service_account.app.kind
  }
}

resource "confluent_role_binding" "app_reads" {
  principal   = "User:${confluent_service_account.app.id}"
  role_name   = "DeveloperRead"
  crn_pattern = "${confluent_kafka_cluster.orders.rbac_crn}/kafka=${confluent_kafka_cluster.orders.id}/topic=orders*"
}

resource "confluent_kafka_topic" "orders" {
  kafka_cluster {
    id = confluent_kafka_cluster.orders.id
  }
  topic_name       = "orders"
  partitions_count = var.partitions
  rest_endpoint    = confluent_kafka_cluster.orders.rest_endpoint
  config = {
    "cleanup.policy" = "delete"
    "retention.ms"   = var.retention_ms
  }
  credentials {
    key    = confluent_api_key.manager.id
    secret = confluent_api_key.manager.secret
  }
}

resource "confluent_kafka_acl" "app_writes" {
  kafka_cluster {
    id = confluent_kafka_cluster.orders.id
  }
  resource_type = "TOPIC"
  resource_name = "orders"
  pattern_type  = "PREFIXED"
  principal     = "User:${confluent_service_account.app.id}"
  host          = "*"
  operation     = "WRITE"
  permission    = "ALLOW"
  rest_endpoint = confluent_kafka_cluster.orders.rest_endpoint
  credentials {
    key    = confluent_api_key.manager.id
    secret = confluent_api_key.manager.secret
  }
}

resource "confluent_kafka_client_quota" "app" {
  display_name = "orders-app"
  description  = "Leaves room for others."
  throughput {
    ingress_byte_rate = var.ingress_byte_rate
    egress_byte_rate  = "2097152"
  }
  principals = [confluent_service_account.app.id]
  kafka_cluster {
    id = confluent_kafka_cluster.orders.id
  }
  environment {
    id = confluent_environment.team.id
  }
}

output "ids" {
  value = {
    environment  = confluent_environment.team.id
    cluster      = confluent_kafka_cluster.orders.id
    manager      = confluent_service_account.manager.id
    manager_key  = confluent_api_key.manager.id
    role_binding = confluent_role_binding.manager.id
    quota        = confluent_kafka_client_quota.app.id
  }
}

output "manager_secret" {
  value     = confluent_api_key.manager.secret
  sensitive = true
}

output "rest_endpoint" {
  value = confluent_kafka_cluster.orders.rest_endpoint
}
